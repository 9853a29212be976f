/** The procedures of judging: evaluations pair by pair, blind comparisons, ratings, figures and exports. */
import { stringify } from 'csv-stringify/sync'
import { claimedInterval, sidesOf } from '../../contract/result-sentence.ts'
import { subsetCaution } from '../../pipeline/judge/subsets.ts'
import {
  type Db,
  type Evaluation,
  getEvaluation,
  listJudgements,
  listSkippedPairs,
} from '../../storage/index.ts'
import type { HandlerContext } from '../handler-context.ts'
import { picturesOf, roundPicture } from '../report/pictures.ts'
import {
  nextBlindPair,
  startBlindSession,
  startEditSession,
  stopSession,
  undoVote,
  vote,
} from './blind-session.ts'
import { configOf } from './evaluation-config.ts'
import {
  agreementsOf,
  newestExperiment,
  otherVerdicts,
  ratingsOf,
  recordOf,
  recordsOf,
  verdictRows,
} from './evaluation-records.ts'
import { roundOf } from './round.ts'
import { shareOf } from './share.ts'
import { evaluationSubsets } from './subsets.ts'

export function judgeHandlers({ api, lab }: HandlerContext) {
  const dbOf = async (folder: string) => (await lab.openProject(folder)).db
  const evaluationOf = async (input: { project: string; evaluation: string }) => {
    const db = await dbOf(input.project)
    return { db, evaluation: getEvaluation(db, input.evaluation) }
  }
  return {
    list: api.judge.list.handler(async ({ input }) => recordsOf(await dbOf(input.project))),
    pairs: api.judge.pairs.handler(async ({ input }) => {
      const { db, evaluation } = await evaluationOf(input)
      return judgedPairs(db, evaluation)
    }),
    round: api.judge.round.handler(async ({ input }) => {
      const { db, evaluation } = await evaluationOf(input)
      return roundOf(db, evaluation)
    }),
    share: api.judge.share.handler(async ({ input }) => {
      const { db, evaluation } = await evaluationOf(input)
      return shareOf(db, evaluation, input.project)
    }),
    subsets: api.judge.subsets.handler(async ({ input }) => {
      const { db, evaluation } = await evaluationOf(input)
      const subsets = evaluationSubsets(db, evaluation)
      return { subsets, caution: subsets.length === 0 ? '' : subsetCaution(subsets) }
    }),
    startBlind: api.judge.startBlind.handler(async ({ input }) => {
      const { db, evaluation } = await evaluationOf(input)
      const { judge, pairs: count, repeats } = input
      return recordOf(db, startBlindSession(db, evaluation, { judge, count, repeats }))
    }),
    startBlindEdits: api.judge.startBlindEdits.handler(async ({ input }) => {
      const { judge, pairs: count, repeats, datasets } = input
      const db = await dbOf(input.project)
      return recordOf(db, startEditSession(db, { judge, count, repeats, datasets }))
    }),
    stopBlind: api.judge.stopBlind.handler(async ({ input }) => {
      const db = await dbOf(input.project)
      return recordOf(db, stopSession(db, input.evaluation))
    }),
    next: api.judge.next.handler(async ({ input }) =>
      nextBlindPair(await dbOf(input.project), input.evaluation),
    ),
    vote: api.judge.vote.handler(async ({ input }) => {
      const db = await dbOf(input.project)
      const { isFinished, judged, total } = vote(db, input.evaluation, input)
      const finished = isFinished ? recordOf(db, getEvaluation(db, input.evaluation)) : null
      return { judged, total, finished }
    }),
    undo: api.judge.undo.handler(async ({ input }) => ({
      judged: undoVote(await dbOf(input.project), input.evaluation),
    })),
    experiment: api.judge.experiment.handler(async ({ input }) =>
      newestExperiment(await dbOf(input.project)),
    ),
    ratings: api.judge.ratings.handler(async ({ input }) => ratingsOf(await dbOf(input.project))),
    figures: api.judge.figures.handler(async ({ input }) => {
      const db = await dbOf(input.project)
      if (input.evaluation !== null) return roundPictures(db, getEvaluation(db, input.evaluation))
      const { ratings } = ratingsOf(db)
      return picturesOf({ evaluations: recordsOf(db), ratings, experiment: newestExperiment(db) })
    }),
    exportPairs: api.judge.exportPairs.handler(async ({ input }) => {
      const { db, evaluation } = await evaluationOf(input)
      const rows = verdictRows(db, evaluation)
      return {
        text: input.format === 'json' ? JSON.stringify(rows, null, 1) : stringify(rows, { header: true }),
      }
    }),
  }
}

/** An evaluation's pairs with their verdicts, and what other judges of them say. */
function judgedPairs(db: Db, evaluation: Evaluation) {
  const byPair = Map.groupBy(listJudgements(db, evaluation.id), ({ pairId }) => pairId)
  const skipped = new Set(listSkippedPairs(db, evaluation.id).map(({ pairId }) => pairId))
  const others = otherVerdicts(db, evaluation)
  return {
    record: recordOf(db, evaluation),
    pairs: configOf(evaluation).pairs.map(({ id, prompt, context, outputA, outputB }) => ({
      id,
      prompt,
      context,
      outputA: outputA.text,
      outputB: outputB.text,
      verdicts: byPair.get(id) ?? [],
      skipped: skipped.has(id),
      others: others.flatMap(({ outcomes }) => outcomes.get(id) ?? []),
    })),
    agreement: agreementsOf(db, evaluation, others),
  }
}

function roundPictures(db: Db, evaluation: Evaluation) {
  const record = recordOf(db, evaluation)
  const { summary } = record
  if (summary === null) return []
  const { rows } = roundOf(db, evaluation)
  const { candidate, reference } = sidesOf(record)
  const own = { candidate, summary: { ...summary, interval: claimedInterval({ ...record, summary }) } }
  return roundPicture(reference, rows.length === 0 ? [own] : rows)
}
