/** The verbs of models. `generate`: a model continues a prompt, or answers it as a chat message. */
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import type { modelVerbs as contractVerbs } from '../../contract/models.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import type { Lab } from '../context.ts'
import type { Implements } from '../implements.ts'
import { bestResponses, requireRewardModel } from './best-of.ts'
import { checkServer } from './check-server.ts'
import { exportModel } from './export-model.ts'
import { serveModel } from './serve/serve-model.ts'
import { maxQueryTokens, streamAnswer } from './stream-answer.ts'

async function generate(
  lab: Lab,
  { bestOf: samples, rewardModel, bestBy, model, prompt, chat, maxNew, ...sampling }: VerbInput<'generate'>,
  hooks: Hooks,
): Promise<VerbResult<'generate'>> {
  const message = { prompt: [{ role: 'user' as const, content: prompt }], context: '' }
  if (samples === 1) {
    const ask = { prompt: chat ? message : prompt, promptName: 'prompt', maxNewTokens: maxNew } as const
    const { text, ids } = await streamAnswer(lab, { model: path.resolve(model), ...ask, ...sampling }, hooks)
    return { text, ids, rating: null }
  }
  if (!chat)
    throw new UserError('bad_input', 'A reward model rates answers to messages: add --chat to --best-of.')
  const [best] = await bestResponses(
    lab,
    {
      model: path.resolve(model),
      questions: [message],
      bestOf: { samples, rewardModel: path.resolve(requireRewardModel(rewardModel)), by: bestBy },
      maxNewTokens: maxNew,
      maxQueryTokens,
      ...sampling,
    },
    hooks,
  )
  const { text, ids, rating } = best!
  // A terminal shows text as it comes, and this one was chosen only now.
  hooks.emit({ type: 'token', text })
  return { text, ids, rating }
}

export const modelVerbs: Implements<typeof contractVerbs> = {
  generate,
  'export-model': exportModel,
  'serve-model': serveModel,
  'check-server': checkServer,
}
