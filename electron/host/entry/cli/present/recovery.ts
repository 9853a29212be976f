/** What a recovery brought back. */
import type { VerbResult } from '../../../../contract/verbs.ts'
import { columns, lines } from '../layout.ts'

export function presentRecovery({ project, copy, damaged, tables }: VerbResult<'recover'>): string {
  const rows = tables
    .filter(({ inCopy, salvaged, refused, isWhole }) => inCopy + salvaged + refused > 0 || !isWhole)
    .map(({ table, inCopy, salvaged, refused, isWhole }) => [
      table.replaceAll('_', ' '),
      `${inCopy} in the copy`,
      `${salvaged} from the damaged file`,
      refused > 0 ? `${refused} refused` : '',
      isWhole ? '' : 'a part cannot be read',
    ])
  return lines(
    `Recovered ${project} from ${copy ?? 'what could be read of its database'}.`,
    columns(rows),
    damaged === null ? '' : `The damaged database is kept: ${damaged}`,
  )
}
