/** Models: listing, import, export, and generation. */
import { z } from 'zod'
import { isFreeOfMeaning, project, reservedNameMessage, sampling } from './options.ts'
import { eventsThen, procedure, verb } from './procedure.ts'

const generate = verb(
  'Continue a prompt, or answer it as a chat message.',
  'generate --model models/smollm2 --chat --prompt "What is the capital of France?"',
)
  .input(
    z.strictObject({
      model: z
        .string()
        .min(1)
        .describe('Model: a Hugging Face folder or a GGUF file.')
        .meta({ value: 'PATH' }),
      prompt: z
        .string()
        .min(1)
        .describe('Text to continue, or the message to answer (--chat).')
        .meta({ value: 'TEXT' }),
      chat: z.boolean().default(false).describe("Apply the model's chat template to the prompt."),
      ...sampling,
    }),
  )
  .output(eventsThen(z.object({ text: z.string(), ids: z.array(z.int()) })))

export const modelVerbs = { generate }

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
  list: procedure('List the models of a project, newest first.')
    .input(z.strictObject({ project }))
    .output(z.array(ModelRecord)),
  importModel: procedure('Add a Hugging Face folder or a GGUF file to the project, without copying it.')
    .input(
      z.strictObject({
        project,
        path: z.string().min(1),
        name: z.string().trim().min(1).refine(isFreeOfMeaning, reservedNameMessage),
      }),
    )
    .output(ModelRecord),
  exportModel: procedure('Copy a model to a new folder.')
    .input(z.strictObject({ project, model: z.string(), out: z.string().min(1) }))
    .output(z.object({ folder: z.string(), files: z.array(z.string()) })),
}
