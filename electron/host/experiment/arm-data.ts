/** Rejects arms that a project has no data for, before anything is trained. */
import { UserError } from '../../contract/errors.ts'
import type { ExperimentArm } from '../../contract/experiment.ts'
import type { RunInputRow } from '../../contract/records.ts'
import type { Project } from '../../storage/index.ts'
import { type InputChoice, inputRows } from '../runs/run-input.ts'
import { type PairKind, pairKindsOf } from './arms.ts'

/** What is compared with the rejected response, and what to import if it is missing. */
const words: Record<PairKind, { other: string; toImport: string }> = {
  original: { other: 'chosen response', toImport: 'preference pairs' },
  edited: { other: 'finished edit', toImport: 'edits, or finish some in the app' },
}

/** @throws UserError that names the arms, what each misses, and the arms that can be run */
export function requireArmData(
  { db, folder }: Project,
  arms: readonly ExperimentArm[],
  choice: InputChoice,
): void {
  const lacks = new Map<PairKind, string>()
  for (const pairs of new Set(arms.flatMap(pairKindsOf))) {
    const rows = inputRows(db, pairs, choice).filter(({ split }) => split === 'train')
    if (!rows.some(differs)) lacks.set(pairs, reasonOf(pairs, rows.length))
  }
  if (lacks.size === 0) return
  const left = arms.filter((arm) => !pairKindsOf(arm).some((pairs) => lacks.has(pairs)))
  const sentences = [...lacks].map(([pairs, reason]) => {
    const own = arms.filter((arm) => pairKindsOf(arm).includes(pairs))
    return `${own.length === 1 ? 'Arm' : 'Arms'} ${own.join(', ')} cannot be trained on ${folder}: ${reason}.`
  })
  const toImport = [...lacks.keys()].map((pairs) => words[pairs].toImport).join(', and ')
  const them = arms.length - left.length === 1 ? 'it' : 'them'
  const advice =
    left.length === 0
      ? `Import ${toImport}.`
      : `Leave ${them} out with --arms ${left.join(',')}, or import ${toImport}.`
  throw new UserError('bad_input', `${sentences.join(' ')} ${advice}`)
}

/** Nothing can be learned from a pair of equal texts. */
function differs({ item: { chosen, rejected }, edited }: RunInputRow): boolean {
  return (edited ?? chosen) !== rejected
}

function reasonOf(pairs: PairKind, rows: number): string {
  const { other } = words[pairs]
  return rows === 0
    ? `no training item has a ${other} as well as a rejected response`
    : `none of its ${rows} training items has a ${other} that differs from the rejected response`
}
