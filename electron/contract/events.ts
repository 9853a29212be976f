/** What long-running work reports before its result: steps, progress, notes, samples, tokens. */
import { z } from 'zod'

/** One sampled response, with the reward and the other values of each token. */
export const RunSample = z.object({
  promptId: z.string(),
  response: z.string(),
  tokens: z.array(
    z.object({
      text: z.string(),
      reward: z.number(),
      /** Null without a critic. */
      value: z.number().nullable(),
      advantage: z.number(),
      kl: z.number(),
    }),
  ),
  score: z.number(),
  ended: z.boolean(),
})
export type RunSample = z.infer<typeof RunSample>

/** A sampled response. */
export const ResponseRow = z.object({
  text: z.string(),
  ids: z.array(z.int()),
  /** With EOS, rather than at the maximum length. */
  ended: z.boolean(),
})
export type ResponseRow = z.infer<typeof ResponseRow>

/** A served model: its name, the base address for its clients, and the key that they send. */
export const Serving = z.object({ model: z.string(), url: z.string(), key: z.string() })
export type Serving = z.infer<typeof Serving>

/** What a training run does before its first step. */
export const StartStage = z.discriminatedUnion('stage', [
  z.object({ stage: z.literal('opening') }),
  z.object({
    stage: z.literal('compiling'),
    /** The name of a compiled function; `program-words.ts` has words for it. */
    program: z.string(),
    /** From 1. */
    number: z.int().positive(),
    /** Programs that the first step needs; null if there are more than were foreseen. */
    of: z.int().positive().nullable(),
  }),
  /** Computes with the programs that are compiled so far. */
  z.object({
    stage: z.literal('computing'),
    compiled: z.int().nonnegative(),
    of: z.int().nonnegative().nullable(),
  }),
])
export type StartStage = z.infer<typeof StartStage>

/** A report of long-running work. */
export const JobEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('step'),
    step: z.int().nonnegative(),
    totalSteps: z.int().nonnegative(),
    metrics: z.record(z.string(), z.number()),
  }),
  z.object({ type: z.literal('samples'), step: z.int().nonnegative(), samples: z.array(RunSample) }),
  /** The id of the run that a job trains. */
  z.object({ type: z.literal('started'), run: z.string() }),
  /** The id of the evaluation that is judged. */
  z.object({ type: z.literal('evaluating'), evaluation: z.string() }),
  /** Responses of one batch, if the job reports them. */
  z.object({ type: z.literal('responses'), rows: z.array(ResponseRow) }),
  /** A sentence for the user. */
  z.object({ type: z.literal('note'), sentence: z.string() }),
  /** A training run that has done no step yet. */
  z.object({ type: z.literal('starting'), at: StartStage }),
  z.object({ type: z.literal('progress'), phase: z.string(), done: z.number(), total: z.number() }),
  /** A model is being served. */
  z.object({ type: z.literal('serving'), ...Serving.shape }),
  /** Text as it is generated. */
  z.object({ type: z.literal('token'), text: z.string() }),
])
export type JobEvent = z.infer<typeof JobEvent>

/** What long-running work receives: where to report, and when to stop. */
export interface Hooks {
  emit(event: JobEvent): void
  /** When aborted, a training run pauses with a checkpoint; any other work is cancelled. */
  signal: AbortSignal
}

/** Hooks of work whose events are not wanted. @param signal if omitted, the work runs to its end */
export function silentHooks(signal = new AbortController().signal): Hooks {
  return { emit: () => {}, signal }
}
