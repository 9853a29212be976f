/** The verbs of models. `generate`: a model continues a prompt, or answers it as a chat message. */
import path from 'node:path'
import type { bestOfOptions } from '../../contract/best-of.ts'
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

/** Longer prompts are truncated to their last tokens. */
const maxQueryTokens = 4096

async function generate(
  lab: Lab,
  { bestOf: samples, rewardModel, bestBy, ...input }: VerbInput<'generate'>,
  hooks: Hooks,
): Promise<VerbResult<'generate'>> {
  if (samples === 1) return generateOne(lab, input, hooks)
  const { model, prompt, chat, maxNew, ...sampling } = input
  if (!chat)
    throw new UserError('bad_input', 'A reward model rates answers to messages: add --chat to --best-of.')
  const [best] = await bestResponses(
    lab,
    {
      model: path.resolve(model),
      questions: [{ prompt: [{ role: 'user', content: prompt }], context: '' }],
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

type OneInput = Omit<VerbInput<'generate'>, keyof ReturnType<typeof bestOfOptions>>

async function generateOne(
  { trainer }: Lab,
  { model, prompt, chat, maxNew, ...sampling }: OneInput,
  { emit, signal }: Hooks,
): Promise<VerbResult<'generate'>> {
  const { rows, cut } = await trainer.run<'generate'>(
    {
      kind: 'generate',
      model: path.resolve(model),
      prompts: [chat ? { prompt: [{ role: 'user', content: prompt }], context: '' } : prompt],
      maxNewTokens: maxNew,
      batchSize: 1,
      maxQueryTokens,
      fitsContext: true,
      ...sampling,
    },
    { signal, emit: (event) => (event.type === 'token' || event.type === 'note') && emit(event) },
  )
  if (cut > 0)
    emit({ type: 'note', sentence: `Only the last ${maxQueryTokens} tokens of the prompt were used.` })
  const { text, ids } = rows[0]!
  return { text, ids, rating: null }
}

export const modelVerbs: Implements<typeof contractVerbs> = {
  generate,
  'export-model': exportModel,
  'serve-model': serveModel,
  'check-server': checkServer,
}
