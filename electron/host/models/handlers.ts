/** Handlers of models: listing them with their origin, import, renaming and removal, and conversations with them. */
import path from 'node:path'
import { scoreHead } from '../../engine/model/config.ts'
import { openModelSource } from '../../engine/model/sources/model-source.ts'
import { addModel, type Model, type Project } from '../../storage/index.ts'
import type { HandlerContext } from '../handler-context.ts'
import { streamEvents } from '../stream.ts'
import { removeModel, renameModel } from './change-model.ts'
import { converse, rate } from './converse.ts'
import { modelRecords, recordOf } from './model-records.ts'
import { hashFiles, refuseTakenName } from './project-models.ts'

export function modelHandlers({ api, lab, board }: HandlerContext) {
  return {
    list: api.models.list.handler(async ({ input }) =>
      modelRecords(await lab.openProject(input.project)).reverse(),
    ),
    importModel: api.models.importModel.handler(async ({ input: { project: folder, path: file, name } }) => {
      const project = await lab.openProject(folder)
      return recordOf(project, await importModel(project, path.resolve(file), name), null)
    }),
    rename: api.models.rename.handler(async ({ input: { project, ...change } }) => {
      renameModel(await lab.openProject(project), change, board.list(project))
      return {}
    }),
    remove: api.models.remove.handler(async ({ input: { project, model } }) => {
      removeModel(await lab.openProject(project), model, board.list(project))
      return {}
    }),
    chat: api.models.chat.handler(({ input, signal }) =>
      streamEvents(signal, (hooks) => converse(lab, input, hooks)),
    ),
    rate: api.models.rate.handler(({ input, signal }) =>
      streamEvents(signal, (hooks) => rate(lab, input, hooks)),
    ),
  }
}

/** The model is not copied. @throws UserError that says what is wrong with it */
async function importModel(project: Project, file: string, name: string): Promise<Model> {
  refuseTakenName(project, name)
  const { parameters } = openModelSource(file)
  const kind = parameters.shapes.has(scoreHead) ? 'reward' : 'language'
  return addModel(project.db, { name, kind, path: file, hashes: await hashFiles(file), runId: null })
}
