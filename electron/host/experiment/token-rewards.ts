/** Token rewards of a few held-out edits, with the edits' labels: they show what a reward model has learned. */
import type { ResultRecord } from '../../contract/report.ts'
import type { ExperimentSteps } from './steps.ts'

const editCount = 4

/** @param rewards models that reward tokens; all score the same edits */
export async function tokenRewardsOf(
  rewards: readonly { name: string; model: string }[],
  steps: ExperimentSteps,
): Promise<ResultRecord['tokenRewards']> {
  const results: ResultRecord['tokenRewards'] = []
  for (const reward of rewards) results.push(...(await rewardsOfModel(reward, steps)))
  return results
}

async function rewardsOfModel(
  reward: { name: string; model: string },
  steps: ExperimentSteps,
): Promise<ResultRecord['tokenRewards']> {
  const edits = steps
    .heldoutEdits()
    .filter(({ rejected, edited }) => rejected !== edited)
    .slice(0, editCount)
  if (edits.length === 0) return []
  const rows = edits.flatMap(({ item, rejected, edited }) => [
    { item, response: rejected },
    { item, response: edited },
  ])
  const scored = await steps.score(reward.model, rows)
  const labelled = await steps.labelsOf(edits)
  return edits.flatMap((pair, i) => {
    const labels = labelled[i]!
    const prompt = pair.item.prompt.map((message) => message.content).join('\n\n')
    return (['rejected', 'edited'] as const).map((side, j) => ({
      rewardModel: reward.name,
      prompt,
      side,
      tokens: scored[2 * i + j]!.tokens.map(({ text, reward: value }, t) => ({
        text,
        reward: value,
        label: labels[side].labels[t] ?? null,
      })),
    }))
  })
}
