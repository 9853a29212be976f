/** What the host and the trainer process say to each other. One job runs at a time; its id is in every message. */
import { z } from 'zod'
import { errorCodes } from './errors.ts'
import { JobEvent } from './events.ts'
import { InferenceJob } from './jobs.ts'
import { TrainingJob } from './run-kinds/index.ts'
import { ServeAsk, ServeReply } from './serving.ts'

const id = z.int().nonnegative()

export const ToTrainer = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('run'), id, job: z.union([TrainingJob, InferenceJob]) }),
  /** A training job pauses after the present step, with a checkpoint; any other job ends as cancelled. */
  z.strictObject({ type: z.literal('pause'), id }),
  /** To the job that serves a model. */
  z.strictObject({ type: z.literal('ask'), id, ask: ServeAsk }),
])
export type ToTrainer = z.infer<typeof ToTrainer>

export const FromTrainer = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('event'), id, event: JobEvent }),
  z.strictObject({ type: z.literal('reply'), id, reply: ServeReply }),
  /** `result` is checked against the schema of its job (`jobResult`). */
  z.strictObject({ type: z.literal('result'), id, result: z.unknown() }),
  /** `code` null: a defect, whose `detail` is for the log. */
  z.strictObject({
    type: z.literal('failed'),
    id,
    code: z.enum(errorCodes).nullable(),
    message: z.string(),
    detail: z.string(),
  }),
])
export type FromTrainer = z.infer<typeof FromTrainer>
