/** Results of the verbs on data and labels. */

import { skippedSentence } from '../../../../contract/records.ts'
import type { VerbResult } from '../../../../contract/verbs.ts'
import { columns, lines, share } from '../layout.ts'

const maxBadRows = 20

export function presentImport({
  imported,
  joined,
  duplicates,
  bad,
  skipped,
  datasets,
}: VerbResult<'import'>): string {
  return lines(
    `Imported ${imported} rows; ${duplicates} duplicates, ${bad.length} bad rows.`,
    joined.rows > 0
      ? `${joined.rows} of them are ${joined.items} items, edited by ${joined.annotators} annotators.`
      : '',
    skippedSentence(skipped),
    datasets.length > 0 ? `Datasets: ${datasets.map((name) => `"${name}"`).join(', ')}.` : '',
    ...bad.slice(0, maxBadRows).map(({ file, line, reason }) => `  ${file}, line ${line}: ${reason}`),
    bad.length > maxBadRows ? `  … and ${bad.length - maxBadRows} more (--json lists all of them).` : '',
  )
}

export function presentLabels(summary: VerbResult<'label'>): string {
  const { annotations, unchanged, tooLong, rejected, edited, minimality, spans, tokenizerHash } = summary
  const counts = (side: typeof rejected) => `${side.kept} kept, ${side.changed} changed`
  const rows = [
    ['annotations', `${annotations}${unchanged > 0 ? `, of which ${unchanged} change nothing` : ''}`],
    ['tokens of rejected responses', counts(rejected)],
    ['tokens of edited responses', counts(edited)],
    ['tokenizer', tokenizerHash.slice(0, 16)],
  ]
  if (tooLong > 0) rows.push(['too long, left out', String(tooLong)])
  if (minimality) {
    const { keptShare, editRatio, hunks } = minimality
    rows.push([
      'mean per edit',
      `${share(keptShare)} kept, edit ratio ${editRatio.toFixed(3)}, ${hunks.toFixed(2)} hunks`,
    ])
  }
  if (spans) {
    const { precision, recall, f1, items } = spans
    rows.push([
      `error spans of ${items} items`,
      `precision ${share(precision)}, recall ${share(recall)}, F1 ${share(f1)}`,
    ])
  }
  return columns(rows)
}
