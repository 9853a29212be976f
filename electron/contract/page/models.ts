/** The models of a project: where they come from, bringing more in, taking them out. */
import { z } from 'zod'
import { project, verb } from '../verb.ts'

export const ModelRecord = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  /** Absolute. */
  path: z.string(),
  /** The run that made it, and the model that the run started from. */
  run: z.string().nullable(),
  from: z.string().nullable(),
  family: z.string().nullable(),
  parameters: z.number().nullable(),
  sizeBytes: z.number(),
  createdAt: z.string(),
})
export type ModelRecord = z.infer<typeof ModelRecord>

export const models = {
  list: verb('The models of a project, the newest first.')
    .input(z.strictObject({ project }))
    .output(z.array(ModelRecord)),
  importModel: verb('Take a Hugging Face folder or a GGUF file in, where it lies.')
    .input(z.strictObject({ project, path: z.string().min(1), name: z.string().trim().min(1) }))
    .output(ModelRecord),
  exportModel: verb('Copy a model’s folder.')
    .input(z.strictObject({ project, model: z.string(), out: z.string().min(1) }))
    .output(z.object({ folder: z.string(), files: z.array(z.string()) })),
}
