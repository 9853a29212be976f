/** The win-rate table as Markdown, with padded columns so that it is also readable in a terminal. */
import { adjustedPValues } from '../../contract/evidence.ts'
import type { Arm, ResultRecord } from '../../contract/report.ts'
import { fixed, pValue } from './numbers.ts'
import { armWarnings, findings, frontierFindings, frontierKeys, promptsOf } from './sentences.ts'

type Column = { head: string; cell: (arm: Arm, adjustedP: number) => string; right: boolean }

const columns: Column[] = [
  { head: 'Arm', cell: (arm) => escapeMarkdown(arm.name), right: false },
  { head: 'Win rate %', cell: (arm) => fixed(arm.winRate, 1), right: true },
  {
    head: '95% interval',
    cell: ({ interval }) => `${fixed(interval.low, 1)} – ${fixed(interval.high, 1)}`,
    right: true,
  },
  {
    head: 'Pairs won / tied / lost',
    cell: (arm) => `${arm.wins} / ${arm.ties} / ${arm.losses}`,
    right: true,
  },
  { head: 'p', cell: (arm) => pValue(arm.signTestP), right: true },
  { head: 'p, Holm', cell: (_arm, adjustedP) => pValue(adjustedP), right: true },
  { head: 'Length-controlled %', cell: (arm) => optional(arm.lengthControlledWinRate, 1), right: true },
  { head: 'KL', cell: (arm) => optional(arm.kl, 2), right: true },
  { head: 'Length', cell: (arm) => optional(arm.length, 1), right: true },
  {
    head: 'Ended (EOS) %',
    cell: ({ ended }) => optional(ended == null ? null : 100 * ended, 0),
    right: true,
  },
]

function optional(value: number | null, digits: number): string {
  return value === null ? '–' : fixed(value, digits)
}

/** Text that can't leave its cell or start markup. */
function escapeMarkdown(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\\`*_[\]<>|~]/g, '\\$&')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}

function table(rows: string[][]): string[] {
  const widths = columns.map((_, i) => Math.max(3, ...rows.map((row) => row[i]!.length)))
  const line = (row: string[]) =>
    `| ${row.map((cell, i) => (columns[i]!.right ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join(' | ')} |`
  const rule = widths.map((width, i) => (columns[i]!.right ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)))
  return [line(rows[0]!), line(rule), ...rows.slice(1).map(line)]
}

/** Win rates against the reference, best first, with findings and notes on their limits. */
export function reportMarkdown(record: ResultRecord): string {
  const arms = [...record.arms].sort((a, b) => b.winRate - a.winRate)
  const prompts = [...new Set(arms.map((arm) => promptsOf(record, arm)))].join(', ')
  const { arms: adjusted } = adjustedPValues(record)
  const rows = [
    columns.map(({ head }) => head),
    ...arms.map((arm) => columns.map(({ cell }) => cell(arm, adjusted.get(arm.name)!))),
  ]
  const paragraphs = [
    ...(record.caveat === null ? [] : [`**${escapeMarkdown(record.caveat)}**`]),
    `Win rate against the ${escapeMarkdown(record.reference.name)}, ${prompts || 'no'} held-out prompts, judged by ${escapeMarkdown(record.judge.name)}:`,
    table(rows).join('\n'),
    [...findings(record), ...frontierKeys.flatMap((key) => frontierFindings(record, key))]
      .map((sentence) => `- ${escapeMarkdown(sentence)}`)
      .join('\n'),
    [...armWarnings(record), ...record.notes].map((note) => `- Note: ${escapeMarkdown(note)}`).join('\n'),
  ]
  return `${paragraphs.filter((paragraph) => paragraph !== '').join('\n\n')}\n`
}
