/**
 * Where the claim for edits starts: in the reward model. Trains reward models on growing numbers of edits and of votes,
 * and tests all of them on the same held-out questions. Its steps are an interface, so that it can be tested without a
 * trainer.
 */
import type { EditedPair, Item } from '../../contract/records.ts'
import type { RewardCurve, RewardCurvePoint } from '../../contract/reward-curve.ts'
import { RewardConfig, type RewardScheme } from '../../contract/run-kinds/reward.ts'
import { bootstrapInterval } from '../../pipeline/judge/bootstrap.ts'
import { schemes } from '../../pipeline/reward/schemes.ts'
import { withPasses } from './policies.ts'
import { meanOf } from './reward-quality.ts'
import type { ExperimentSteps, Finished } from './steps.ts'

export interface RewardCurvePlan {
  counts: number[]
  votesPerEdit: number
  /** Of the reward models that learn from edits. */
  schemes: RewardScheme[]
  seeds: number[]
  reward: Omit<RewardConfig, 'scheme' | 'pairs' | 'seed'>
}

export interface RewardCurveSteps extends Pick<ExperimentSteps, 'score' | 'trainingRows'> {
  /** Trains on the dataset of edits or of votes, whichever the pairs are. */
  trainReward: ExperimentSteps['trainReward']
  /** Held-out votes: items whose chosen response people preferred. */
  heldoutVotes(): Item[]
  heldoutEdits(): EditedPair[]
}

/** What a reward model of the curve learns from. */
interface Learner {
  learnedFrom: RewardCurvePoint['learnedFrom']
  scheme: RewardScheme
  rows: number
  cost: number
}

type TrainedLearner = Finished<'reward'>

export async function runRewardCurve(plan: RewardCurvePlan, steps: RewardCurveSteps): Promise<RewardCurve> {
  const votes = steps.heldoutVotes()
  const edits = steps.heldoutEdits().filter(({ rejected, edited }) => rejected !== edited)
  const points: RewardCurvePoint[] = []
  for (const learner of learnersOf(plan, steps)) {
    const trained: TrainedLearner[] = []
    for (const seed of plan.seeds) trained.push(await trainLearner(learner, seed, plan, steps))
    points.push(await pointOf(learner, trained, { votes, edits, steps, seed: plan.seeds[0]! }))
  }
  const questions = new Set(votes.map(questionOf)).size
  return {
    points,
    seeds: plan.seeds,
    heldout: { questions, votes: votes.length, edits: edits.length },
    notes: notesOf(plan),
  }
}

/** Counts beyond what there is stand for all; votes are as many as cost the same. */
export function learnersOf(
  { counts, votesPerEdit, schemes: ofEdits }: Pick<RewardCurvePlan, 'counts' | 'votesPerEdit' | 'schemes'>,
  { trainingRows }: Pick<RewardCurveSteps, 'trainingRows'>,
): Learner[] {
  const [allEdits, allVotes] = [trainingRows('edited'), trainingRows('original')]
  const editCounts = [...new Set(counts.map((count) => Math.min(count, allEdits)))].sort((a, b) => a - b)
  const voteCounts = [
    ...new Set(editCounts.map((count) => Math.min(Math.round(count * votesPerEdit), allVotes))),
  ]
  return [
    ...ofEdits.flatMap((scheme) =>
      editCounts.map((rows): Learner => ({ learnedFrom: 'edits', scheme, rows, cost: rows })),
    ),
    ...voteCounts.map(
      (rows): Learner => ({ learnedFrom: 'votes', scheme: 'sequence', rows, cost: rows / votesPerEdit }),
    ),
  ]
}

function trainLearner(
  { learnedFrom, scheme, rows }: Learner,
  seed: number,
  { reward }: RewardCurvePlan,
  { trainReward }: RewardCurveSteps,
): Promise<TrainedLearner> {
  const pairs = learnedFrom === 'edits' ? 'edited' : 'original'
  const config = RewardConfig.parse({ ...withPasses(reward, rows), scheme, pairs, seed })
  return trainReward(`reward-${learnedFrom}-${scheme}-${rows}-seed${seed}`, config, rows)
}

async function pointOf(
  learner: Learner,
  trained: readonly TrainedLearner[],
  {
    votes,
    edits,
    steps,
    seed,
  }: { votes: readonly Item[]; edits: readonly EditedPair[]; steps: RewardCurveSteps; seed: number },
): Promise<RewardCurvePoint> {
  const onVotes: number[][] = []
  const onEdits: number[][] = []
  for (const { model } of trained) {
    onVotes.push(
      await orders(
        model,
        votes.map((item) => ({ item, worse: item.rejected!, better: item.chosen! })),
        steps,
      ),
    )
    onEdits.push(
      await orders(
        model,
        edits.map(({ item, rejected, edited }) => ({ item, worse: rejected, better: edited })),
        steps,
      ),
    )
  }
  const { rewardsTokens } = schemes[learner.scheme]
  return {
    ...learner,
    voteAccuracy: estimate(onVotes, votes.map(questionOf), seed),
    editAccuracy: estimate(
      onEdits,
      edits.map(({ item }) => questionOf(item)),
      seed,
    ),
    tokenAuroc: rewardsTokens ? meanOf(trained.map(({ heldout }) => heldout?.tokens?.auroc)) : null,
    tokenF1: rewardsTokens ? meanOf(trained.map(({ heldoutF1 }) => heldoutF1)) : null,
  }
}

/** Whether the model scores the better response of each pair higher: 1, ½ for equal scores, 0. */
async function orders(
  model: string,
  pairs: readonly { item: Item; worse: string; better: string }[],
  { score }: RewardCurveSteps,
): Promise<number[]> {
  const rows = pairs.flatMap(({ item, worse, better }) => [
    { item, response: worse },
    { item, response: better },
  ])
  const scored = rows.length === 0 ? [] : await score(model, rows)
  return pairs.map((_, i) => (Math.sign(scored[2 * i + 1]!.score - scored[2 * i]!.score) + 1) / 2)
}

function questionOf({ prompt }: Pick<Item, 'prompt'>): string {
  return JSON.stringify(prompt.map(({ role, content }) => [role, content]))
}

/**
 * Mean of all values, with a 95% bootstrap interval over questions and seeds: the pairs of a question are drawn
 * together, by their mean.
 * @param values one row per seed, one column per pair (S, N)
 */
function estimate(
  values: readonly number[][],
  questions: readonly string[],
  seed: number,
): RewardCurvePoint['voteAccuracy'] {
  const groups = [...Map.groupBy(questions.keys(), (i) => questions[i]!).values()]
  if (groups.length === 0) return null
  const byQuestion = values.map((row) =>
    Float64Array.from(groups, (pairs) => meanOf(pairs.map((i) => row[i]!))!),
  )
  const interval = bootstrapInterval(byQuestion, { seed, stream: 'experiment/reward-curve' })
  return { value: meanOf(byQuestion.flatMap((row) => [...row]))!, interval }
}

function notesOf({ votesPerEdit, seeds }: RewardCurvePlan): string[] {
  return [
    `One edit is taken to cost as much as ${votesPerEdit} votes. Accuracies count each question once, by the mean of its pairs.`,
    ...(seeds.length === 1
      ? [
          'One seed: the intervals cover the choice of questions only, not the variation between training runs.',
        ]
      : []),
  ]
}
