/** The verbs of models. `generate`: a model continues a prompt, or answers it as a chat message. */
import path from 'node:path'
import type { Hooks } from '../../contract/events.ts'
import type { modelVerbs as contractVerbs } from '../../contract/models.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import type { Lab } from '../context.ts'
import type { Implements } from '../implements.ts'
import { checkServer } from './check-server.ts'
import { exportModel } from './export-model.ts'
import { serveModel } from './serve/serve-model.ts'

/** Longer prompts are truncated to their last tokens. */
const maxQueryTokens = 4096

async function generate(
  { trainer }: Lab,
  { model, prompt, chat, maxNew, ...sampling }: VerbInput<'generate'>,
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
      ...sampling,
    },
    { signal, emit: (event) => (event.type === 'token' || event.type === 'note') && emit(event) },
  )
  if (cut > 0)
    emit({ type: 'note', sentence: `Only the last ${maxQueryTokens} tokens of the prompt were used.` })
  const { text, ids } = rows[0]!
  return { text, ids }
}

export const modelVerbs: Implements<typeof contractVerbs> = {
  generate,
  'export-model': exportModel,
  'serve-model': serveModel,
  'check-server': checkServer,
}
