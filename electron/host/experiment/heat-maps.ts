/** Token rewards beside the human edit, for a few held-out edits: the picture of what a reward model has learnt. */
import type { ResultRecord } from '../../contract/report.ts'
import type { ExperimentSteps } from './steps.ts'

const shownEdits = 4

/** @param rewards models with token rewards; the same edits are shown under each */
export async function heatMaps(
  rewards: readonly { name: string; model: string }[],
  steps: ExperimentSteps,
): Promise<ResultRecord['tokenRewards']> {
  const maps: ResultRecord['tokenRewards'] = []
  for (const reward of rewards) maps.push(...(await heatMapsOf(reward, steps)))
  return maps
}

async function heatMapsOf(
  reward: { name: string; model: string },
  steps: ExperimentSteps,
): Promise<ResultRecord['tokenRewards']> {
  const edits = steps
    .heldoutEdits()
    .filter(({ rejected, edited }) => rejected !== edited)
    .slice(0, shownEdits)
  if (edits.length === 0) return []
  const rows = edits.flatMap(({ item, rejected, edited }) => [
    { item, response: rejected },
    { item, response: edited },
  ])
  const scored = await steps.score(reward.model, rows)
  return edits.flatMap((pair, i) => {
    const labels = steps.labelsOf(pair)
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
