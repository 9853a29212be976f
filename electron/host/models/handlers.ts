/** Handlers of models: listing them with their origin, and import. */
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { ModelRecord } from '../../contract/models.ts'
import { scoreHead } from '../../engine/model/config.ts'
import { openModelSource } from '../../engine/model/sources/model-source.ts'
import { addModel, listModels, listRuns, type Model, type Project } from '../../storage/index.ts'
import type { HandlerContext } from '../handler-context.ts'
import { startOf } from './lineage.ts'
import { hashFiles, modelFiles, refuseTakenName } from './project-models.ts'

export function modelHandlers({ api, lab }: HandlerContext) {
  return {
    list: api.models.list.handler(async ({ input }) => {
      const project = await lab.openProject(input.project)
      return listModels(project.db)
        .map((model) => recordOf(project, model))
        .reverse()
    }),
    importModel: api.models.importModel.handler(async ({ input: { project: folder, path: file, name } }) => {
      const project = await lab.openProject(folder)
      return recordOf(project, await importModel(project, path.resolve(file), name))
    }),
  }
}

function recordOf(project: Project, model: Model): ModelRecord {
  const absolute = path.resolve(project.folder, model.path)
  const { id, name, kind, createdAt, runId } = model
  return {
    id,
    name,
    kind,
    createdAt,
    path: absolute,
    run: runId,
    from: startName(project, runId),
    ...describe(absolute),
    sizeBytes: sizeOf(absolute),
  }
}

/** The name of the model that a run started from, or its file name if the project does not list it. */
function startName(project: Project, runId: string | null): string | null {
  const run = listRuns(project.db).find(({ id }) => id === runId)
  const start = run ? startOf(project, run) : null
  if (!start) return null
  if (start.path === null) return `preset ${start.preset}`
  return start.record?.name ?? path.basename(start.path)
}

function describe(file: string): Pick<ModelRecord, 'family' | 'parameters'> {
  try {
    const { kind, parameters } = openModelSource(file)
    const sizes = [...parameters.shapes.values()].map((shape) => shape.reduce((a, b) => a * b, 1))
    return { family: kind === 'gguf' ? 'GGUF' : 'safetensors', parameters: sizes.reduce((a, b) => a + b, 0) }
  } catch {
    return { family: null, parameters: null }
  }
}

function sizeOf(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat) return 0
  if (!stat.isDirectory())
    return modelFiles(file).reduce(
      (sum, part) => sum + (statSync(part, { throwIfNoEntry: false })?.size ?? 0),
      0,
    )
  return readdirSync(file).reduce((sum, name) => sum + sizeOf(path.join(file, name)), 0)
}

/** The model is not copied. @throws UserError that says what is wrong with it */
async function importModel(project: Project, file: string, name: string): Promise<Model> {
  refuseTakenName(project, name)
  const { parameters } = openModelSource(file)
  const kind = parameters.shapes.has(scoreHead) ? 'reward' : 'language'
  return addModel(project.db, { name, kind, path: file, hashes: await hashFiles(file), runId: null })
}
