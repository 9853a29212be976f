/** A model's answer to a conversation of several turns, and the rewards that a reward model gives such answers. */
import type { Hooks } from '../../contract/events.ts'
import type { models, RatedResponse } from '../../contract/models.ts'
import type { InputOf, ResultOf } from '../../contract/verbs.ts'
import type { Lab } from '../context.ts'
import { trainerBusy } from '../errors/trainer-busy.ts'
import { findModel } from './project-models.ts'
import { maxQueryTokens, streamAnswer } from './stream-answer.ts'

export async function converse(
  lab: Lab,
  { project: folder, model, messages, maxNew, ...sampling }: InputOf<typeof models.chat>,
  hooks: Hooks,
): Promise<ResultOf<typeof models.chat>> {
  const project = await lab.openProject(folder)
  if (lab.trainer.isTraining) throw trainerBusy()
  const ask = {
    prompt: { prompt: messages, context: '' },
    promptName: 'conversation',
    maxNewTokens: maxNew,
  } as const
  const { path: modelPath } = findModel(project, model)
  const { text, ids, ended } = await streamAnswer(lab, { model: modelPath, ...ask, ...sampling }, hooks)
  return { text, tokens: ids.length, ended }
}

/** Without the end token, which comes last and has no text. */
export async function rate(
  lab: Lab,
  { project: folder, rewardModel, responses }: InputOf<typeof models.rate>,
  hooks: Hooks,
): Promise<RatedResponse[]> {
  const project = await lab.openProject(folder)
  if (lab.trainer.isTraining) throw trainerBusy()
  const { rows } = await lab.trainer.run<'score'>(
    {
      kind: 'score',
      rewardModel: findModel(project, rewardModel).path,
      rows: responses.map(({ messages, ...rest }) => ({ prompt: messages, ...rest })),
      batchSize: responses.length,
      maxQueryTokens,
    },
    hooks,
  )
  return rows.map((row) => row && { score: row.score, tokens: row.tokens.slice(0, -1) })
}
