/** How a judge is written in one word or two, as `length:shorter` or `local:MODEL`, and what a judge on a server may do. */
import { z } from 'zod'
import type { JudgeSpec } from './jobs.ts'

/** A language model as judge: on this machine, or behind an OpenAI-compatible server. */
export const LanguageJudgeSpec = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('local'), model: z.string() }),
  z.strictObject({ kind: z.literal('server'), model: z.string(), server: z.url({ protocol: /^https?$/ }) }),
])
export type LanguageJudgeSpec = z.infer<typeof LanguageJudgeSpec>

/** Any judge that judges by itself. */
export type AnyJudgeSpec = JudgeSpec | LanguageJudgeSpec

/** How a server is asked; none of it changes a verdict. */
export const JudgeServerOptions = z.strictObject({
  concurrency: z.int().min(1).max(256).default(16).describe('Calls under way at a time.'),
  timeoutSeconds: z.number().positive().default(60).describe('A call that takes longer is made again.'),
  retries: z
    .int()
    .nonnegative()
    .default(4)
    .describe('Times a call is made again, after longer and longer waits.'),
  requestsPerMinute: z.number().positive().nullable().default(null).describe('The server’s limit.'),
  inputPrice: z.number().nonnegative().default(0).describe('Per million tokens, for the estimate of costs.'),
  outputPrice: z.number().nonnegative().default(0).describe('Per million tokens, for the estimate of costs.'),
})
export type JudgeServerOptions = z.infer<typeof JudgeServerOptions>

const forms = 'world, length:longer, length:shorter, regex:PATTERN or reward:MODEL'

/** @returns null where the text names no judge */
function parseJudge(text: string): JudgeSpec | null {
  const [, kind, rest = ''] = /^(\w+)(?::(.*))?$/s.exec(text) ?? []
  if (kind === 'world' && rest === '') return { kind }
  if (kind === 'length' && (rest === 'longer' || rest === 'shorter')) return { kind, prefer: rest }
  if (kind === 'regex' && rest !== '') return { kind, pattern: rest, flags: '' }
  if (kind === 'reward' && rest !== '') return { kind, model: rest }
  return null
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern)
    return true
  } catch {
    return false
  }
}

/** Read from its written form; a pattern that is no regular expression is refused. */
export const WrittenJudge = z.string().transform((text, context): JudgeSpec => {
  const spec = parseJudge(text)
  if (spec && (spec.kind !== 'regex' || isPattern(spec.pattern))) return spec
  const message = spec
    ? `"${text}" holds no valid regular expression`
    : `"${text}" is no judge: write ${forms}`
  context.addIssue({ code: 'custom', message })
  return z.NEVER
})

const languageForms =
  'local:MODEL, a language model of this machine by its log-probabilities; or server:MODEL@ADDRESS, an OpenAI-compatible server (key in STET_JUDGE_KEY)'

/** @returns null where the text names no language model */
function parseLanguageJudge(text: string): LanguageJudgeSpec | null {
  const [, kind, rest = ''] = /^(local|server):(.+)$/s.exec(text) ?? []
  if (kind === 'local') return { kind, model: rest }
  const [, model, server] = /^(.+)@(https?:\/\/[^@]+)$/.exec(rest) ?? []
  const spec = LanguageJudgeSpec.safeParse({ kind, model, server })
  return spec.success ? spec.data : null
}

/** Any judge by its written form. */
export const WrittenAnyJudge = z.string().transform((text, context): AnyJudgeSpec => {
  const language = parseLanguageJudge(text)
  if (language) return language
  const judge = WrittenJudge.safeParse(text)
  if (judge.success) return judge.data
  const [issue] = judge.error.issues
  context.addIssue({ code: 'custom', message: `${issue!.message}, or ${languageForms}` })
  return z.NEVER
})

/** Also `gold:SHARE`: a reward model trained for judging alone, on training documents that no arm gets. */
export const WrittenExperimentJudge = z.string().transform((text, context) => {
  const [, share] = /^gold:(0?\.\d+)$/.exec(text) ?? []
  if (share !== undefined) return { kind: 'gold' as const, share: Number(share) }
  const judge = WrittenAnyJudge.safeParse(text)
  if (judge.success) return judge.data
  const [issue] = judge.error.issues
  context.addIssue({ code: 'custom', message: `${issue!.message}, or gold:SHARE` })
  return z.NEVER
})

export const anyJudgeForms = `Judge: ${forms}; ${languageForms}.`

export const experimentJudgeForms = `Judge: ${forms}; ${languageForms}; or gold:SHARE, a reward model trained for judging alone on this share of the training documents, which no arm gets.`

export const judgeForms = `Judge: ${forms}.`

export function isLanguageJudge(spec: AnyJudgeSpec): spec is LanguageJudgeSpec {
  return spec.kind === 'local' || spec.kind === 'server'
}
