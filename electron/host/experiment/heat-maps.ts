/** Token rewards beside the human edit, for a few held-out edits: the picture of what a reward model has learnt. */
import type { ResultRecord } from '../../contract/report.ts'
import type { ExperimentSteps } from './steps.ts'

const shownEdits = 4

/** @param reward a model with token rewards; undefined gives no picture */
export async function heatMaps(
  reward: { name: string; model: string } | undefined,
  steps: ExperimentSteps,
): Promise<ResultRecord['tokenRewards']> {
  const edits = steps
    .heldoutEdits()
    .filter(({ rejected, edited }) => rejected !== edited)
    .slice(0, shownEdits)
  if (!reward || edits.length === 0) return []
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
