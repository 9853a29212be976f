/** Which kind each change of an edit was sorted as. A kind stays with its change while the change grows or shrinks. */
import type { ChangeKind } from '../../electron/contract/records.ts'
import type { TextHunk } from '../../electron/pipeline/annotate/minimality.ts'

type Stretch = Pick<TextHunk, 'rejectedStart' | 'rejectedEnd'>

/**
 * @param marks what was sorted, by the stretch of the rejected text that the change had then; the oldest first
 * @returns for each change its kind, with the stretch that the change has now; null if it was not sorted
 */
export function kindsOfChanges(
  changes: readonly Stretch[],
  marks: readonly ChangeKind[],
): (ChangeKind | null)[] {
  return changes.map((change) => {
    const own = marks.findLast((mark) => isOf(mark, change))
    const mark = own ?? marks.findLast((each) => touches(each, change) && !changes.some((c) => isOf(each, c)))
    return mark ? { ...mark, start: change.rejectedStart, end: change.rejectedEnd } : null
  })
}

function isOf({ start, end }: ChangeKind, { rejectedStart, rejectedEnd }: Stretch): boolean {
  return start === rejectedStart && end === rejectedEnd
}

function touches({ start, end }: ChangeKind, { rejectedStart, rejectedEnd }: Stretch): boolean {
  return start <= rejectedEnd && rejectedStart <= end
}

/** A key sorts a change as this kind; again makes it minor, and once more takes the kind away. */
export function pressKind(
  before: ChangeKind | null,
  kind: string,
): Pick<ChangeKind, 'kind' | 'severity'> | null {
  if (before?.kind !== kind) return { kind, severity: 'major' }
  return before.severity === 'major' ? { kind, severity: 'minor' } : null
}

/**
 * @param changes all of the edit
 * @param at the one that is sorted, or whose kind is taken away (null)
 * @returns the marks after that
 */
export function markChange(
  changes: readonly Stretch[],
  marks: readonly ChangeKind[],
  at: Stretch,
  sorted: Pick<ChangeKind, 'kind' | 'severity'> | null,
): ChangeKind[] {
  const isOfAnother = (mark: ChangeKind) => changes.some((change) => change !== at && isOf(mark, change))
  const others = marks.filter((mark) => !touches(mark, at) || isOfAnother(mark))
  if (sorted === null) return others
  return [...others, { start: at.rejectedStart, end: at.rejectedEnd, ...sorted }]
}

/** As it is shown: `Fact`, `Fact, minor`. */
export function wordOfKind({ kind, severity }: Pick<ChangeKind, 'kind' | 'severity'>): string {
  return severity === 'minor' ? `${kind}, minor` : kind
}
