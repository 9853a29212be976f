/** How a judge is written in one word or two: `world`, `length:shorter`, `regex:PATTERN`, `reward:MODEL`. */
import { z } from 'zod'
import type { JudgeSpec } from './jobs.ts'

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

/** Also `gold:SHARE`: a reward model trained for judging alone, on training documents that no arm gets. */
export const WrittenExperimentJudge = z.string().transform((text, context) => {
  const [, share] = /^gold:(0?\.\d+)$/.exec(text) ?? []
  if (share !== undefined) return { kind: 'gold' as const, share: Number(share) }
  const judge = WrittenJudge.safeParse(text)
  if (judge.success) return judge.data
  const [issue] = judge.error.issues
  context.addIssue({ code: 'custom', message: `${issue!.message}, or gold:SHARE` })
  return z.NEVER
})

export const experimentJudgeForms = `Judge: ${forms}; or gold:SHARE, a reward model trained for judging alone on this share of the training documents, which no arm gets.`

export const judgeForms = `Judge: ${forms}.`
