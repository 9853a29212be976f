/** An annotator's finished edits, those that a reward model disagrees with most first. */
import type { DisputedEdit } from '../../contract/annotate.ts'
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import type { EditedPair } from '../../contract/records.ts'
import { disagreements, type OwnScale, ownScale } from '../../pipeline/reward/disagreement.ts'
import { annotatorQueue, type Db, getItem, latestAnnotation, type QueueFilter } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import { type EditScorer, rewardedEdit } from '../label/edit-scorer.ts'

interface DisputeQuery extends QueueFilter {
  project: string
  annotator: string
  rewardModel: string
  limit: number
}

export async function disputedEdits(
  lab: Lab,
  scorer: EditScorer,
  { project: folder, annotator, rewardModel, limit, ...filter }: DisputeQuery,
  hooks: Hooks,
): Promise<{ edits: DisputedEdit[]; finished: number; scale: OwnScale }> {
  const project = await lab.openProject(folder)
  const { ids: finished } = annotatorQueue(project.db, annotator, ['done'], filter)
  const pairs = finished.slice(0, limit).map((id) => newestEdit(project.db, id, annotator))
  const { scheme, edits } = await scorer.score(project, rewardModel, pairs, hooks)
  const rewarded = edits.map(rewardedEdit)
  const measures = scheme === null ? [] : disagreements(rewarded, scheme)
  const disputed = edits.map(({ id }, i) => ({ id, ...measures[i]! }))
  return {
    edits: disputed.sort((a, b) => b.total - a.total),
    finished: finished.length,
    scale: ownScale(rewarded),
  }
}

/** @throws UserError `not_found` */
export function newestEdit(db: Db, id: string, annotator: string): EditedPair {
  const item = getItem(db, id)
  const work = latestAnnotation(db, id, annotator)
  if (item === null || item.rejected === null || work === null)
    throw new UserError('not_found', `${annotator} has no edit of item ${id} in this project.`)
  return { item, rejected: item.rejected, edited: work.edited }
}
