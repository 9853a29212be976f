/** The page's judging: evaluations pair by pair, verdicts of people who don't know which side is which, ratings. */
import { stringify } from 'csv-stringify/sync'
import { UserError } from '../../contract/errors.ts'
import type { EvaluationRecord } from '../../contract/judge.ts'
import { type AnyJudgeSpec, judgeKindOf } from '../../contract/judge-kinds.ts'
import type { Judgement, JudgePair } from '../../contract/records.ts'
import { ResultRecord, WinRateSummary } from '../../contract/report.ts'
import { cohensKappa, type Outcome, outcomeOf } from '../../pipeline/judge/agreement.ts'
import { bradleyTerry, type Game } from '../../pipeline/judge/bradley-terry.ts'
import { presentations, remaining, toJudgement, toQuestion } from '../../pipeline/judge/judge.ts'
import { subsetCaution } from '../../pipeline/judge/subsets.ts'
import { summarise, verdicts } from '../../pipeline/judge/summarise.ts'
import {
  addJudgements,
  createEvaluation,
  type Db,
  deleteLastJudgement,
  type Evaluation,
  finishEvaluation,
  getEvaluation,
  listEvaluations,
  listJudgements,
} from '../../storage/index.ts'
import { seedOfPair } from '../experiment/steps.ts'
import type { HandlerContext } from '../handler-context.ts'
import { picturesOf } from '../report/pictures.ts'
import { subsetsOf } from './subsets.ts'

/** An evaluation by a person, and its reply for a pair that they would not judge. */
const blindKind = 'blind'
const skipped = 'skip'

export function judgeHandlers({ api, lab }: HandlerContext) {
  const dbOf = async (folder: string) => (await lab.openProject(folder)).db
  return {
    list: api.judge.list.handler(async ({ input }) => recordsOf(await dbOf(input.project))),
    pairs: api.judge.pairs.handler(async ({ input }) => {
      const db = await dbOf(input.project)
      const evaluation = getEvaluation(db, input.evaluation)
      const given = Map.groupBy(listJudgements(db, evaluation.id), ({ pairId }) => pairId)
      return {
        record: recordOf(db, evaluation),
        pairs: pairsOf(evaluation).map((pair) => ({ ...pair, verdicts: given.get(pair.id) ?? [] })),
        agreement: agreementsOf(db, evaluation),
      }
    }),
    subsets: api.judge.subsets.handler(async ({ input }) => {
      const db = await dbOf(input.project)
      const evaluation = getEvaluation(db, input.evaluation)
      const { seed = 0 } = configOf(evaluation)
      const subsets = subsetsOf(db, pairsOf(evaluation), countedOf(db, evaluation), seed)
      return { subsets, caution: subsets.length === 0 ? '' : subsetCaution(subsets) }
    }),
    startBlind: api.judge.startBlind.handler(async ({ input }) => {
      const db = await dbOf(input.project)
      const source = getEvaluation(db, input.evaluation)
      const pairs = pairsOf(source)
      if (pairs.length === 0)
        throw new UserError('bad_input', `${source.name} keeps no pairs: judge it anew, then by hand.`)
      const seed = listEvaluations(db).length + 1
      const chosen = presentations(pairs, seed, 1).slice(0, input.pairs)
      const evaluation = createEvaluation(db, {
        kind: blindKind,
        name: source.name,
        runId: null,
        config: { of: source.id, judge: input.judge, seed, pairs: chosen.map(({ pair }) => ({ ...pair })) },
      })
      return recordOf(db, evaluation)
    }),
    next: api.judge.next.handler(async ({ input }) => {
      const db = await dbOf(input.project)
      const session = sessionOf(db, input.evaluation)
      const [next] = session.left
      if (!next) return null
      const { pairId, prompt, context, first, second } = toQuestion(next)
      const { judged, total } = session
      return { pairId, prompt, context, left: first, right: second, judged, total }
    }),
    vote: api.judge.vote.handler(async ({ input }) => {
      const db = await dbOf(input.project)
      const { left, judge } = sessionOf(db, input.evaluation)
      const shown = left.find(({ pair }) => pair.id === input.pairId)
      if (!shown) throw new UserError('conflict', 'This pair has its verdict already.')
      const rawReply = input.answer === 'skip' ? skipped : ''
      const preferSecond = { left: 0, tie: 0.5, right: 1, skip: 0.5 }[input.answer]
      const reply = { preferSecond, rawReply, elapsedMs: input.elapsedMs }
      addJudgements(db, input.evaluation, [toJudgement(shown, judge, reply)])
      const after = sessionOf(db, input.evaluation)
      if (after.left.length === 0) finish(db, after.evaluation)
      const { judged, total } = after
      return {
        judged,
        total,
        finished: after.left.length === 0 ? recordOf(db, getEvaluation(db, input.evaluation)) : null,
      }
    }),
    undo: api.judge.undo.handler(async ({ input }) => {
      const db = await dbOf(input.project)
      deleteLastJudgement(db, sessionOf(db, input.evaluation).evaluation.id)
      return { judged: listJudgements(db, input.evaluation).length }
    }),
    experiment: api.judge.experiment.handler(async ({ input }) =>
      newestExperiment(await dbOf(input.project)),
    ),
    ratings: api.judge.ratings.handler(async ({ input }) => ratingsOf(await dbOf(input.project))),
    figures: api.judge.figures.handler(async ({ input }) => {
      const db = await dbOf(input.project)
      const { ratings } = ratingsOf(db)
      return picturesOf({ evaluations: recordsOf(db), ratings, experiment: newestExperiment(db) })
    }),
    exportPairs: api.judge.exportPairs.handler(async ({ input }) => {
      const db = await dbOf(input.project)
      const rows = rowsOf(db, getEvaluation(db, input.evaluation))
      return {
        text: input.format === 'json' ? JSON.stringify(rows, null, 1) : stringify(rows, { header: true }),
      }
    }),
  }
}

interface EvaluationConfig {
  pairs?: JudgePair[]
  of?: string
  judge?: string | AnyJudgeSpec
  seed?: number
  reference?: string
  candidate?: string
}

const configOf = ({ config }: Evaluation) => config as unknown as EvaluationConfig
const pairsOf = (evaluation: Evaluation) => configOf(evaluation).pairs ?? []

/** The newest first. */
function recordsOf(db: Db): EvaluationRecord[] {
  return listEvaluations(db)
    .filter(({ kind }) => kind !== 'experiment')
    .map((evaluation) => recordOf(db, evaluation))
    .reverse()
}

function newestExperiment(db: Db): ResultRecord | null {
  const newest = listEvaluations(db).findLast(({ kind, result }) => kind === 'experiment' && result !== null)
  return newest ? (ResultRecord.safeParse(newest.result).data ?? null) : null
}

function recordOf(db: Db, evaluation: Evaluation): EvaluationRecord {
  const { id, kind, name, createdAt } = evaluation
  const { judge, of = null } = configOf(evaluation)
  const [candidate = null, reference = null] = sidesOf(evaluation)
  return {
    ...{ id, kind, name, createdAt, of, candidate, reference },
    judge: judge === undefined ? null : judgeName(judge),
    pairs: pairsOf(evaluation).length,
    judged: new Set(listJudgements(db, id).map(({ pairId }) => pairId)).size,
    summary: WinRateSummary.safeParse(evaluation.result).data ?? null,
  }
}

/** A person's own name, or the kind of an automatic judge with what sets it apart. */
function judgeName(judge: string | AnyJudgeSpec): string {
  return typeof judge === 'string' ? judge : judgeKindOf(judge).nameOf(judge)
}

/** Whose answers are B and A. */
function sidesOf(evaluation: Evaluation): string[] {
  const { candidate, reference } = configOf(evaluation)
  return candidate && reference ? [candidate, reference] : evaluation.name.split(' against ')
}

/** A person's session: which pairs are left, in the order and on the sides that its seed gives. */
function sessionOf(db: Db, id: string) {
  const evaluation = getEvaluation(db, id)
  if (evaluation.kind !== blindKind)
    throw new UserError('bad_input', 'Only an evaluation by hand has pairs to judge.')
  const { seed = 0, judge } = configOf(evaluation)
  const pairs = pairsOf(evaluation)
  const given = listJudgements(db, id)
  const left = remaining(presentations(pairs, seed, 1), String(judge), given)
  return { evaluation, left, judge: String(judge), judged: given.length, total: pairs.length }
}

function finish(db: Db, evaluation: Evaluation): void {
  const counted = countedOf(db, evaluation)
  if (counted.length === 0) return
  const { seed = 0 } = configOf(evaluation)
  const summary = summarise(counted, { seed, pairs: pairsOf(evaluation), seedOf: seedOfPair })
  finishEvaluation(db, evaluation.id, summary)
}

function countedOf(db: Db, { id }: Evaluation): Judgement[] {
  return listJudgements(db, id).filter(({ rawReply }) => rawReply !== skipped)
}

function agreementsOf(db: Db, evaluation: Evaluation) {
  const root = configOf(evaluation).of ?? evaluation.id
  const others = listEvaluations(db).filter(
    (other) => other.id !== evaluation.id && (other.id === root || configOf(other).of === root),
  )
  const own = outcomesOf(db, evaluation)
  return others.flatMap((other) => {
    const theirs = outcomesOf(db, other)
    const shared = [...own.keys()].filter((pair) => theirs.has(pair))
    if (shared.length === 0) return []
    const judge = recordOf(db, other).judge ?? other.name
    const both = shared.map((pairId) => ({ pairId, own: own.get(pairId)!, theirs: theirs.get(pairId)! }))
    return [
      {
        evaluation: other.id,
        judge,
        ...cohensKappa(
          both.map((pair) => pair.own),
          both.map((pair) => pair.theirs),
        ),
        disagreements: both.filter((pair) => pair.own !== pair.theirs),
      },
    ]
  })
}

function outcomesOf(db: Db, evaluation: Evaluation): Map<string, Outcome> {
  return new Map(
    verdicts(countedOf(db, evaluation)).map(({ pairId, preference }) => [pairId, outcomeOf(preference)]),
  )
}

function ratingsOf(db: Db) {
  const games: Game[] = listEvaluations(db).flatMap((evaluation) => {
    const [b, a] = sidesOf(evaluation)
    if (evaluation.kind === 'experiment' || !a || !b || a === b) return []
    return verdicts(countedOf(db, evaluation)).map(({ preference }) => ({ a, b, preference }))
  })
  if (games.length === 0) return { ratings: [], reason: '' }
  const toElo = (logOdds: number) => 1000 + (400 / Math.LN10) * logOdds
  const { ratings, reason } = bradleyTerry(games)
  const onElo = (ratings ?? []).map(({ model, elo, low, high }) => ({
    model,
    rating: elo,
    low: toElo(low),
    high: toElo(high),
    pairs: games.filter(({ a, b }) => a === model || b === model).length,
  }))
  return { ratings: onElo, reason }
}

function rowsOf(db: Db, evaluation: Evaluation) {
  const given = Map.groupBy(listJudgements(db, evaluation.id), ({ pairId }) => pairId)
  return pairsOf(evaluation).flatMap(({ id, prompt, outputA, outputB }) =>
    (given.get(id) ?? []).map(({ judge, swapped, preference, elapsedMs, rawReply }) => ({
      ...{ pair: id, prompt: prompt.at(-1)?.content ?? '', outputA, outputB },
      ...{ judge, shownFirst: swapped ? 'B' : 'A', preferenceForB: preference, elapsedMs, rawReply },
    })),
  )
}
