/** One answer of a language model, sent while it is written. */
import type { Hooks } from '../../contract/events.ts'
import type { JobOf, JobResults } from '../../contract/jobs.ts'
import type { Lab } from '../context.ts'

/** Of longer prompts the end is used. */
export const maxQueryTokens = 4096

interface Ask
  extends Omit<JobOf<'generate'>, 'kind' | 'prompts' | 'batchSize' | 'maxQueryTokens' | 'fitsContext'> {
  prompt: JobOf<'generate'>['prompts'][number]
  /** What is cut if it is too long, for the note. */
  promptName: 'prompt' | 'conversation'
}

export async function streamAnswer(
  { trainer }: Lab,
  { prompt, promptName, ...ask }: Ask,
  { emit, signal }: Hooks,
): Promise<JobResults['generate']['rows'][number]> {
  const { rows, cut } = await trainer.run<'generate'>(
    { kind: 'generate', prompts: [prompt], batchSize: 1, maxQueryTokens, fitsContext: true, ...ask },
    { signal, emit: (event) => (event.type === 'token' || event.type === 'note') && emit(event) },
  )
  if (cut > 0)
    emit({ type: 'note', sentence: `Only the last ${maxQueryTokens} tokens of the ${promptName} were used.` })
  return rows[0]!
}
