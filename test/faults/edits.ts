/** Texts of edits that show if they are torn: each follows from its writer and its number. */
import { createHash } from 'node:crypto'

export function textOf(annotator: string, n: number): string {
  const hash = createHash('sha256').update(`${annotator} ${n}`).digest('hex')
  return `${annotator} ${n} ${hash.repeat(1 + (n % 40))}`
}
