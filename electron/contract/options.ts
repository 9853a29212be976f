/** Options that several verbs share. */
import { z } from 'zod'

/** Positional 1 of every verb that works on a project. */
export const project = z.string().min(1).describe('Project folder.').meta({ positional: 1, value: 'PROJECT' })

export function file(description: string) {
  return z.string().min(1).describe(description).meta({ value: 'FILE' })
}

/** Of verbs that write a file. */
export const force = z.boolean().default(false).describe('Replace the file if it exists.')

/** Restricts a verb to some of a project's datasets. */
export const datasets = z
  .array(z.string().min(1))
  .default([])
  .describe('Only these datasets; all of them if omitted.')
  .meta({ value: 'NAME' })

export function model(description: string) {
  return z
    .string()
    .min(1)
    .describe(`${description}: a name in this project, a Hugging Face folder, a GGUF file or a PEFT adapter.`)
}

/** Rows with the same document (or, without one, the same prompt) are held out together. */
export const heldout = z
  .number()
  .min(0)
  .max(0.9)
  .default(0.1)
  .describe('Share of source documents (or prompts) held out; the same ones in every run of the same share.')
  .meta({ label: 'Held-out share' })

/** How a chat template is used, and what of a response counts. */
export const chatTemplate = {
  templateVariables: z
    .record(z.string(), z.json())
    .nullable()
    .default(null)
    .describe(
      'Variables for the chat template as a JSON object, such as {"enable_thinking": true}; if omitted, those that the model was saved with, or else no thinking.',
    )
    .meta({ value: 'JSON', json: true }),
  keepThinking: z
    .boolean()
    .default(false)
    .describe('Count a thinking block (<think>…</think>) as part of the response; otherwise it is left out.'),
}

/** How responses are sampled. */
export const sampling = {
  temperature: z
    .number()
    .nonnegative()
    .default(0)
    .describe('Sampling temperature; 0 always takes the most probable token.'),
  topK: z
    .int()
    .nonnegative()
    .default(0)
    .describe('Sample from this many of the most probable tokens; 0 samples from all.'),
  topP: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe('Sample from the most probable tokens that together have this probability.'),
  maxNew: z.int().positive().default(128).describe('Maximum length of the response, in tokens.'),
  seed: z.int().nonnegative().default(0).describe('Seed of sampling.'),
  ...chatTemplate,
}

/** @param prefix of the description */
export function tokenizer(prefix: string) {
  return file(`${prefix}a model of this project by name, a model folder, a tokenizer.json or a GGUF file.`)
}

/** Small models that a run can make from scratch, named where a model is expected. */
export const modelPresets = ['world', 'tiny'] as const

/** Names that options read as something else: a preset, or no value. */
const reservedNames: readonly string[] = [...modelPresets, 'none']

/** A name that can be given wherever a model or a run is expected. */
export function isFreeOfMeaning(name: string): boolean {
  return !reservedNames.includes(name)
}

export const reservedNameMessage = `must not be ${reservedNames.map((name) => `"${name}"`).join(', ')}: options read these words as something else`

/** Name of the model that a training run makes. */
export const runName = z
  .string()
  .regex(/^[\w][\w.-]*$/, 'must be letters, digits, "_", "-" and "."')
  .refine(isFreeOfMeaning, reservedNameMessage)
  .nullable()
  .default(null)
  .describe("Name of the trained model; defaults to the run's id.")
