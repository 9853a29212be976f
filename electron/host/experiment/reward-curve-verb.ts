/** The verb `reward-curve`: the curve with a trainer and a project, saved as a file in the project's exports. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Hooks } from '../../contract/events.ts'
import type { Item } from '../../contract/records.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import { writeFileAtomic } from '../../engine/formats/atomic.ts'
import { type Project, readMetrics, splitOf } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import { editedPairsOf, itemsOf } from '../data/items.ts'
import { findModel } from '../models/project-models.ts'
import { startOrResume } from '../runs/run.ts'
import { inputRows, pointOf } from '../runs/run-input.ts'
import { seriesOf } from '../runs/series.ts'
import { train } from '../train/train.ts'
import type { PairKind } from './arms.ts'
import { finishedModel, scoreResponses } from './lab-steps.ts'
import { type RewardCurveSteps, runRewardCurve } from './reward-curve.ts'

type RewardCurveInput = VerbInput<'reward-curve'>

/** Held-out rows that a run scores at most; the curve scores all of them itself. */
const heldoutLimit = 256

export async function rewardCurve(
  lab: Lab,
  input: RewardCurveInput,
  hooks: Hooks,
): Promise<VerbResult<'reward-curve'>> {
  const project = await lab.openProject(input.project)
  const curve = await runRewardCurve(input, stepsOf(lab, project, input, hooks))
  const exports = path.join(project.folder, 'exports')
  mkdirSync(exports, { recursive: true })
  await writeFileAtomic(path.join(exports, 'reward-curve.json'), [`${JSON.stringify(curve, null, 1)}\n`])
  return curve
}

function stepsOf(lab: Lab, project: Project, input: RewardCurveInput, hooks: Hooks): RewardCurveSteps {
  const { edits, votes, heldout, reward } = input
  const { db } = project
  const policy = findModel(project, input.policy).path
  const choiceOf = (pairs: PairKind) => ({
    ...{ datasets: [pairs === 'edited' ? edits : votes], heldout, heldoutLimit },
    splitByPrompt: true,
  })
  const isHeldout = (item: Item) => splitOf(pointOf(item, { splitByPrompt: true }), heldout) === 'heldout'
  return {
    trainingRows: (pairs) =>
      inputRows(db, pairs, choiceOf(pairs)).filter(({ split }) => split === 'train').length,
    heldoutVotes: () =>
      [...itemsOf(db, { datasets: [votes] })].filter(
        (item) => item.chosen !== null && item.rejected !== null && isHeldout(item),
      ),
    heldoutEdits: () => [...editedPairsOf(db, { datasets: [edits] })].filter(({ item }) => isHeldout(item)),
    async trainReward(name, config, rows) {
      hooks.emit({ type: 'note', sentence: `Training ${name}.` })
      const sample = rows === null ? {} : { trainSample: { rows, seed: config.seed } }
      const chosen = { project: project.folder, name, model: policy, config, ...choiceOf(config.pairs) }
      const outcome = await train(
        lab,
        { kind: 'reward', input: { ...chosen, ...sample }, start: startOrResume },
        hooks,
      )
      const metrics = new Map(Object.entries(seriesOf(readMetrics(db, outcome.run))))
      return { ...outcome, model: finishedModel(outcome), metrics }
    },
    score: (rewardModel, responses) =>
      scoreResponses(lab, { rewardModel, responses, maxQueryTokens: reward.maxQueryTokens }, hooks),
  }
}
