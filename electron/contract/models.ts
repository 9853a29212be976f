/** Models: listing, import, export, and generation. */
import { z } from 'zod'
import { bestOfOptions } from './best-of.ts'
import { isFreeOfMeaning, model, project, reservedNameMessage, sampling } from './options.ts'
import { eventsThen, procedure, verb } from './procedure.ts'
import { Message } from './records.ts'
import { RunKind } from './run-kinds/index.ts'

const generate = verb(
  'Continue a prompt, or answer it as a chat message.',
  'generate --model models/smollm2 --chat --prompt "What is the capital of France?"',
  'generate --model aligned --chat --prompt "What is due?" --temperature 1 --best-of 16 --reward-model rewards',
)
  .input(
    z.strictObject({
      model: z
        .string()
        .min(1)
        .describe('Model: a Hugging Face folder, a GGUF file or a PEFT adapter.')
        .meta({ value: 'PATH' }),
      prompt: z
        .string()
        .min(1)
        .describe('Text to continue, or the message to answer (--chat).')
        .meta({ value: 'TEXT' }),
      chat: z.boolean().default(false).describe("Apply the model's chat template to the prompt."),
      ...sampling,
      ...bestOfOptions('With --chat: '),
    }),
  )
  .output(
    eventsThen(
      z.object({
        text: z.string(),
        ids: z.array(z.int()),
        /** Of the best of several responses, by the reward model; null for a single one. */
        rating: z.number().nullable(),
      }),
    ),
  )

/** What an export writes, and the number formats that each can have, the default first. */
export const exportNumbers = {
  safetensors: ['F32', 'BF16', 'F16'],
  gguf: ['BF16', 'F16', 'Q8_0'],
  adapter: [],
  copy: [],
} as const

export const ModelFormat = z.enum(['safetensors', 'gguf', 'adapter', 'copy'])
export type ModelFormat = z.infer<typeof ModelFormat>

/** Number formats of a model's matrices. */
export const ExportNumbers = z.enum(['F32', 'BF16', 'F16', 'Q8_0'])
export type ExportNumbers = z.infer<typeof ExportNumbers>

const exportModel = verb(
  'Export a model: a Hugging Face folder with a model card (safetensors), a GGUF file for llama.cpp and the programs that use it (gguf), the adapters that a run trained (adapter), or a copy of its files (copy).',
  'export-model ferry.stet policy-1 --numbers BF16 --out policy-1',
  'export-model ferry.stet policy-1 --format gguf --numbers Q8_0 --out policy-1.gguf',
)
  .input(
    z.strictObject({
      project,
      model: model('Model').meta({ positional: 2, value: 'MODEL' }),
      format: ModelFormat.default('safetensors').describe('What is written.'),
      out: z
        .string()
        .min(1)
        .describe('New folder; format gguf: new file, whose name ends in .gguf.')
        .meta({ value: 'PATH' }),
      numbers: ExportNumbers.nullable()
        .default(null)
        .describe(
          'How numbers are stored. Format safetensors: F32 (the default), BF16 or F16. Format gguf: BF16 (the default), F16 or Q8_0, which rounds matrices to 8 bits.',
        ),
    }),
  )
  .output(
    z.object({
      folder: z.string(),
      files: z.array(z.string()),
      /** Sentences on what other tools cannot do with the files. */
      notes: z.array(z.string()),
    }),
  )

const serveModel = verb(
  'Serve a model to programs on this machine, as an OpenAI-compatible server, until Ctrl-C.',
  'serve-model ferry.stet aligned',
  'serve-model ferry.stet rewards --port 0 --json',
)
  .input(
    z.strictObject({
      project,
      model: model('Model').meta({ positional: 2, value: 'MODEL' }),
      port: z.int().min(0).max(65535).default(7839).describe('Port; 0 chooses a free one.'),
      host: z
        .string()
        .min(1)
        .default('127.0.0.1')
        .describe(
          'Address to listen on; any address other than loopback is reachable from other machines, unencrypted.',
        )
        .meta({ value: 'NAME' }),
      key: z
        .string()
        .min(8)
        .nullable()
        .default(null)
        .describe('Key that clients must send; defaults to a new random one.')
        .meta({ value: 'KEY' }),
    }),
  )
  .output(
    eventsThen(
      z.object({
        model: z.string(),
        /** Requests that were answered. */
        requests: z.int().nonnegative(),
      }),
    ),
  )

const checkServer = verb(
  'List the models of an OpenAI-compatible server, and ask one of them a question. STET_JUDGE_KEY is its key.',
  'check-server http://localhost:11434/v1 --model llama3.2',
)
  .input(
    z.strictObject({
      server: z
        .url({ protocol: /^https?$/, error: 'must be an address such as http://localhost:11434/v1' })
        .describe('Base address of the server; it usually ends in /v1.')
        .meta({ positional: 1, value: 'ADDRESS' }),
      model: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe('Model to ask, as the server names it; none asks no question.')
        .meta({ value: 'NAME' }),
      timeoutSeconds: z
        .number()
        .positive()
        .max(600)
        .default(60)
        .describe('Wait at most this long for a reply.'),
    }),
  )
  .output(
    z.object({
      /** As the server names them; null if it does not list them. */
      models: z.array(z.string()).nullable(),
      /** Null if no model was asked. */
      reply: z.object({ text: z.string(), seconds: z.number() }).nullable(),
    }),
  )

export const modelVerbs = {
  generate,
  'export-model': exportModel,
  'serve-model': serveModel,
  'check-server': checkServer,
}

export const ModelRecord = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  /** Absolute. */
  path: z.string(),
  /** The run that made it, and the model that the run started from. */
  run: z.string().nullable(),
  from: z.string().nullable(),
  /** What kind of run made it, its name, and the steps that it took; null if it was imported or the run was removed. */
  trainedBy: z.object({ kind: RunKind, name: z.string(), step: z.int().nullable() }).nullable(),
  /** Names of the reward models that its run was rewarded by. */
  rewardedBy: z.array(z.string()),
  format: z.string().nullable(),
  parameters: z.number().nullable(),
  sizeBytes: z.number(),
  /** Eight hexadecimal digits that follow from its files. */
  fingerprint: z.string(),
  /** Whether its files are in the project, so that they go with it. */
  isOwn: z.boolean(),
  createdAt: z.string(),
})
export type ModelRecord = z.infer<typeof ModelRecord>

/** A response with the reward of each token, from a reward model; null if it does not fit the model. */
export const RatedResponse = z
  .object({
    score: z.number(),
    tokens: z.array(z.object({ text: z.string(), reward: z.number() })),
  })
  .nullable()
export type RatedResponse = z.infer<typeof RatedResponse>

/** Name of a model of the project. */
const name = z.string().min(1)

/** What was said so far; it ends with a message of the user. */
const messages = z
  .array(Message)
  .min(1)
  .refine((all) => all.at(-1)?.role === 'user', 'must end with a message of the user')

export const models = {
  list: procedure('List the models of a project, newest first.')
    .input(z.strictObject({ project }))
    .output(z.array(ModelRecord)),
  importModel: procedure(
    'Add a Hugging Face folder, a GGUF file or a PEFT adapter to the project, without copying it.',
  )
    .input(
      z.strictObject({
        project,
        path: z.string().min(1),
        name: z.string().trim().min(1).refine(isFreeOfMeaning, reservedNameMessage),
      }),
    )
    .output(ModelRecord),
  rename: procedure('Rename a model. Evaluations that were made keep the name that it had.')
    .input(
      z.strictObject({
        project,
        model: name,
        name: z.string().trim().min(1).refine(isFreeOfMeaning, reservedNameMessage),
      }),
    )
    .output(z.object({})),
  remove: procedure('Remove a model: its files too if they are in the project, and never any other file.')
    .input(z.strictObject({ project, model: name }))
    .output(z.object({})),
  chat: procedure('Answer a conversation, with the text as it is generated.')
    .input(z.strictObject({ project, model: name, messages, ...sampling }))
    .output(eventsThen(z.object({ text: z.string(), tokens: z.int(), ended: z.boolean() }))),
  rate: procedure('Reward the tokens of responses with a reward model.')
    .input(
      z.strictObject({
        project,
        rewardModel: name,
        responses: z
          .array(z.object({ messages, context: z.string().default(''), response: z.string() }))
          .min(1),
      }),
    )
    .output(eventsThen(z.array(RatedResponse))),
}
