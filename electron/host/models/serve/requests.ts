/** The requests that a served model takes, as OpenAI and vLLM define them, checked; what is not supported is refused by name. */
import { z } from 'zod'
import type { Message } from '../../../contract/records.ts'
import { maxTopLogprobs } from '../../../contract/serving.ts'
import { ApiError } from './api-error.ts'

/** A parameter of the API that is accepted only with the value that changes nothing. */
function neutral(...values: (number | string | boolean)[]) {
  const isNeutral = (value: unknown) =>
    value == null ||
    values.includes(value as number) ||
    JSON.stringify(value) === '[]' ||
    JSON.stringify(value) === '{}'
  return z.unknown().refine(isNeutral, 'is not supported by this server: leave it out').optional()
}

/** A parameter that says something about the caller and changes no answer. */
const unused = z.unknown().optional()

const maxChoices = 16

const generation = {
  model: z.string(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  /** Not OpenAI's, but of vLLM and others; -1 and 0 stand for all tokens. */
  top_k: z.int().min(-1).nullish(),
  seed: z.int().nonnegative().nullish(),
  n: z.int().min(1).max(maxChoices).nullish(),
  stop: z.union([z.string().min(1), z.array(z.string().min(1)).max(16)]).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  presence_penalty: neutral(0),
  frequency_penalty: neutral(0),
  logit_bias: neutral(),
  user: unused,
  metadata: unused,
  store: unused,
  service_tier: unused,
  safety_identifier: unused,
  prompt_cache_key: unused,
}

const TextPart = z.object({
  type: z.literal('text'),
  text: z.string(),
})

/** A message in any of the forms of the API; `developer` is the newer name of `system`. */
const ChatMessage = z
  .object({
    role: z.enum(['system', 'developer', 'user', 'assistant']),
    content: z.union([z.string(), z.array(TextPart)], 'must be text: a string, or parts of type "text"'),
  })
  .transform(
    ({ role, content }): Message => ({
      role: role === 'developer' ? 'system' : role,
      content: typeof content === 'string' ? content : content.map(({ text }) => text).join(''),
    }),
  )
const ChatMessages = z.array(ChatMessage).min(1)

/** Variables for the chat template, as in vLLM: `{"enable_thinking": false}`. */
const templateVariables = z.record(z.string(), z.json()).nullish()

const ChatRequest = z.strictObject({
  ...generation,
  messages: ChatMessages,
  chat_template_kwargs: templateVariables,
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(maxTopLogprobs).nullish(),
  tools: neutral(),
  tool_choice: neutral('none', 'auto'),
  parallel_tool_calls: unused,
  functions: neutral(),
  function_call: neutral('none', 'auto'),
  response_format: z
    .unknown()
    .refine((format) => format == null || JSON.stringify(format) === '{"type":"text"}', {
      error: 'is not supported by this server: leave it out',
    })
    .optional(),
  modalities: z
    .unknown()
    .refine((list) => list == null || JSON.stringify(list) === '["text"]', 'must be ["text"]')
    .optional(),
})
export type ChatRequest = z.infer<typeof ChatRequest>

const TokenIds = z.array(z.int().nonnegative()).min(1)

/** Texts or token ids, one or several. */
const Prompt = z.union([z.string(), z.array(z.string()).min(1), TokenIds, z.array(TokenIds).min(1)])
export type Prompt = z.infer<typeof Prompt>

const CompletionRequest = z.strictObject({
  ...generation,
  prompt: Prompt,
  max_tokens: z.int().min(0).nullish(),
  logprobs: z.int().min(0).max(maxTopLogprobs).nullish(),
  echo: z.boolean().nullish(),
  best_of: neutral(1),
  suffix: neutral(''),
})
export type CompletionRequest = z.infer<typeof CompletionRequest>

const PoolingRequest = z.strictObject({
  model: z.string(),
  input: Prompt.optional(),
  messages: ChatMessages.optional(),
  chat_template_kwargs: templateVariables,
  /** `token_classify`: a reward per token; `classify`: one for the whole. */
  task: z.enum(['classify', 'token_classify']).nullish(),
  encoding_format: neutral('float'),
  user: unused,
})
export type PoolingRequest = z.infer<typeof PoolingRequest>

const Texts = z.union([z.string().transform((text) => [text]), z.array(z.string()).min(1)])

/** The older names of vLLM are `text_1` and `text_2`. */
const ScoreRequest = z
  .strictObject({
    model: z.string(),
    queries: Texts.optional(),
    documents: Texts.optional(),
    text_1: Texts.optional(),
    text_2: Texts.optional(),
    encoding_format: neutral('float'),
    user: unused,
  })
  .transform(({ queries, documents, text_1, text_2, ...rest }) => ({
    ...rest,
    prompts: queries ?? text_1,
    responses: documents ?? text_2,
  }))
  .pipe(
    z.object({
      model: z.string(),
      prompts: z.array(z.string(), 'queries (or text_1) is missing: give the prompts'),
      responses: z.array(z.string(), 'documents (or text_2) is missing: give the responses'),
    }),
  )
export type ScoreRequest = z.infer<typeof ScoreRequest>

export const requests = {
  chat: ChatRequest,
  completion: CompletionRequest,
  pooling: PoolingRequest,
  score: ScoreRequest,
}

/** @throws ApiError that names the parameter */
export function readRequest<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ApiError(400, 'The body must be a JSON object with the parameters of the request.')
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  if (issue.code === 'unrecognized_keys') {
    const [param] = issue.keys
    throw new ApiError(400, `The parameter "${param}" is not supported by this server. Leave it out.`, {
      param: param!,
      code: 'unknown_parameter',
    })
  }
  const param = issue.path.join('.')
  const sentence = issue.message.replace(/^Invalid input: /, '')
  throw new ApiError(400, param === '' ? `${sentence}.` : `"${param}": ${sentence}.`, {
    param: param === '' ? null : param,
    code: 'invalid_value',
  })
}

/** The strings at which a text ends. */
export function stopsOf({ stop }: Pick<ChatRequest, 'stop'>): string[] {
  return stop == null ? [] : [stop].flat()
}
