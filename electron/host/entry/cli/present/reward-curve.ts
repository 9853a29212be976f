/** The result of the verb reward-curve: a row for each reward model. */
import type { RewardCurve, RewardCurvePoint } from '../../../../contract/reward-curve.ts'
import { columns, lines, share } from '../layout.ts'

export function presentRewardCurve({ points, heldout, notes }: RewardCurve): string {
  const { votes, questions, edits } = heldout
  return lines(
    `Reward models on ${votes} held-out votes on ${questions} questions, and ${edits} held-out edits:`,
    columns([
      [
        'learned from',
        'scheme',
        'cost in edits',
        'agrees with votes',
        'orders edits',
        'token AUROC',
        'token F1',
      ],
      ...points.map((point) => [
        `${point.rows} ${point.learnedFrom}`,
        point.scheme,
        point.cost.toFixed(0),
        withInterval(point.voteAccuracy),
        withInterval(point.editAccuracy),
        share(point.tokenAuroc),
        share(point.tokenF1),
      ]),
    ]),
    ...notes,
  )
}

function withInterval(estimate: RewardCurvePoint['voteAccuracy']): string {
  if (estimate === null) return 'none'
  const { value, interval } = estimate
  return `${share(value)} (${share(interval.low)} to ${share(interval.high)})`
}
