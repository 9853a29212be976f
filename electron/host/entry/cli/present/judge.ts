/** Results of the verbs on judges. */
import {
  corpusSentence,
  correctedSentence,
  sessionSentences,
} from '../../../../contract/summary-sentences.ts'
import type { VerbResult } from '../../../../contract/verbs.ts'
import { columns, lines, percent, share } from '../layout.ts'

interface Interval {
  low: number
  high: number
}

export function presentJudge(result: VerbResult<'judge'>): string {
  const { reference, candidate, judge, n, prompts = n, wins, ties, losses } = result
  const { winRate, interval, signTestP, inconsistency, lengthControlledWinRate } = result
  const { styleControlledWinRate, corpusScores, subsets, warnings } = result
  const onPrompts = prompts === n ? '' : ` on ${prompts} prompts`
  return lines(
    `${candidate} against ${reference}, judged by ${judge}:`,
    columns([
      ['win rate', `${percent(winRate)} (95% interval ${range(interval)})`],
      ['pairs', `${n}${onPrompts}: ${wins} wins, ${ties} ties, ${losses} losses`],
      ['sign test', `p = ${signTestP.toPrecision(2)}`],
      ['inconsistency', share(inconsistency)],
      ['length-controlled', controlled(lengthControlledWinRate)],
      ['style-controlled', controlled(styleControlledWinRate ?? null)],
      ...subsets.map(({ field, value, ...subset }) => [
        `  ${field}: ${value}`,
        `${percent(subset.winRate)} (${range(subset.interval)}) of ${subset.n} pairs`,
      ]),
    ]),
    ...(corpusScores ? [corpusSentence(corpusScores)] : []),
    ...warnings,
  )
}

export function presentCheck(check: VerbResult<'check-judge'>): string {
  const { judge, kappa, inconsistency, unread, allRight, subsets, attacks } = check
  const agreement = ({ n, ...part }: Pick<typeof check, 'n' | 'agreement' | 'interval'>) =>
    part.agreement === null
      ? 'no pairs'
      : `${percent(part.agreement)}${inBrackets(part.interval)} of ${n} pairs`
  return lines(
    `${judge} against people:`,
    columns([
      ['agreement', agreement(check)],
      ...subsets.map((subset) => [`  ${subset.name}`, agreement(subset)]),
      ["Cohen's kappa", kappa === null ? 'none' : kappa.toFixed(3)],
      ['inconsistency', share(inconsistency)],
      ['no verdict', String(unread)],
      ...(allRight
        ? [['all pairs right', `${percent(allRight.accuracy)} of ${allRight.questions} questions`]]
        : []),
      ...attacks.map(({ name, wins, interval, n }) => [
        `attack: ${name}`,
        `wins ${percent(wins)}${inBrackets(interval)} of ${n} pairs`,
      ]),
    ]),
  )
}

export function presentWinRate(result: VerbResult<'winrate'>): string {
  const { winRate, standardError, lengthControlledWinRate, styleControlledWinRate, n } = result
  const deviation = standardError === null ? '' : ` ± ${standardError.toFixed(2)} (standard error)`
  return columns([
    ['win rate', `${percent(winRate)}${deviation}`],
    ['length-controlled win rate', controlled(lengthControlledWinRate)],
    ['style-controlled win rate', controlled(styleControlledWinRate)],
    ['rows', String(n)],
  ])
}

export function presentEvaluations(records: VerbResult<'evaluations'>): string {
  if (records.length === 0) return 'This project has no evaluations yet. Start one with: stet judge'
  return lines(...records.map(presentRecord))
}

function presentRecord(record: VerbResult<'evaluations'>[number]): string {
  const { name, judge, summary, judged, pairs, corrected, session } = record
  const result = summary
    ? `${percent(summary.winRate)} (95% interval ${range(summary.interval)}) of ${summary.n} pairs`
    : `${judged} of ${pairs} pairs judged`
  return lines(
    `${name}, judged by ${judge ?? 'an unknown judge'}: ${result}`,
    ...(record.canResume ? [`  Interrupted. Resume with: stet resume-judge PROJECT ${record.id}`] : []),
    ...(corrected ? [`  ${correctedSentence(corrected)}`] : []),
    ...(session ? sessionSentences(session).map((sentence) => `  ${sentence}`) : []),
  )
}

function controlled(rate: number | null): string {
  return rate === null ? 'withheld' : percent(rate)
}

function range({ low, high }: Interval): string {
  return `${low.toFixed(1)} to ${high.toFixed(1)}`
}

function inBrackets(interval: Interval | null): string {
  return interval ? ` (95% interval ${range(interval)})` : ''
}
