/**
 * Where a run continues: after its newest checkpoint that is whole and recorded. Checkpoints that it cannot continue
 * from are set aside and named; only records of steps that are repeated are deleted.
 */
import path from 'node:path'
import { TrainingResult } from '../../contract/run-kinds/common.ts'
import { shellWord } from '../../contract/shell-word.ts'
import { checkpointFolders, markRepeated, setAside } from '../../engine/checkpoints/checkpoint-folder.ts'
import { damageOf } from '../../engine/checkpoints/verify.ts'
import {
  type Db,
  deleteMetricsAfter,
  deleteSamplesAfter,
  deleteStepTimesAfter,
  newestMetrics,
  type Project,
  type Run,
} from '../../storage/index.ts'

export interface Rewound {
  /** The step to continue after; 0 starts over. */
  step: number
  /** What happened to checkpoints, for the user. */
  sentences: string[]
}

interface Found {
  step: number
  damaged: { step: number; damage: string; movedTo: string }[]
  /** Beyond what the project has recorded. */
  ahead: { step: number; movedTo: string }[]
}

/** Prepares a run's folder and records for its next step. */
export async function rewind(project: Project, run: Run, runFolder: string): Promise<Rewound> {
  const { db } = project
  const recorded = recordedSteps(db, run)
  const found = await findCheckpoint(runFolder, recorded)
  deleteMetricsAfter(db, run.id, found.step)
  deleteSamplesAfter(db, run.id, found.step)
  deleteStepTimesAfter(db, run.id, found.step)
  return { step: found.step, sentences: sentencesOf(project, run, found, recorded.last) }
}

/**
 * A checkpoint whose step may be recorded only in part is not continued from: the process may have been killed between
 * saving and recording, and the step is then repeated. Steps far beyond the records mean that the database is older
 * than the checkpoints, such as a copy that was put back.
 */
async function findCheckpoint(runFolder: string, { complete, last }: RecordedSteps): Promise<Found> {
  const found: Found = { step: 0, damaged: [], ahead: [] }
  for (const { folder, step } of checkpointFolders(runFolder).reverse()) {
    if (step > last + 1) {
      found.ahead.push({ step, movedTo: setAside(folder) })
      continue
    }
    const damage = await damageOf(folder)
    if (damage !== null) {
      found.damaged.push({ step, damage, movedTo: setAside(folder) })
    } else if (step > complete) {
      markRepeated(folder)
    } else {
      found.step = step
      break
    }
  }
  return found
}

interface RecordedSteps {
  /** The last step whose metrics and samples are certainly complete. */
  complete: number
  /** The last step of which anything is recorded. */
  last: number
}

/** Complete is the step of a pause, the one that the run was branched at, or the one before the last reported. */
function recordedSteps(db: Db, { id, result, config }: Run): RecordedSteps {
  const paused = TrainingResult.pick({ step: true }).safeParse(result)
  const reported = newestMetrics(db, id).step ?? 0
  const certain = Math.max(paused.success ? paused.data.step : 0, config.branch?.step ?? 0)
  return { complete: Math.max(reported - 1, certain), last: Math.max(reported, certain) }
}

function sentencesOf(
  { folder }: Project,
  { id }: Run,
  { step, damaged, ahead }: Found,
  last: number,
): string[] {
  const place = (movedTo: string) => path.relative(folder, movedTo)
  const before = step === 0 ? 'no earlier one is left' : `the run continues from that of step ${step}`
  const broken = damaged.map(
    (each) =>
      `The checkpoint of step ${each.step} is damaged (${each.damage}): ${before}. The damaged one is kept in ${place(each.movedTo)}.`,
  )
  if (ahead.length === 0) return broken
  const steps = ahead.map((each) => each.step).sort((a, b) => a - b)
  const newest = steps.at(-1)!
  return [
    ...broken,
    `The project's records of this run end at step ${last}, before its ${steps.length === 1 ? `checkpoint of step ${newest}` : `checkpoints of steps ${steps.join(', ')}`}: lab.db may be an older copy. Nothing was removed: they are kept in ${place(path.dirname(ahead[0]!.movedTo))}. To continue from the newest instead, stop this run and branch it: stet branch ${shellWord(folder)} ${id} --step ${newest}`,
  ]
}
