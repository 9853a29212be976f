/** Four views of a reward model on held-out edits: rewards by label, calibration, rewards by position, what is often wrong. */
import { useMemo } from 'react'
import type { ScoredEdits } from '../../electron/contract/label.ts'
import { numberOf } from '../ui/format.ts'
import { type Axis, ChartCard, type Curve, CurveChart } from './curve-chart.tsx'
import { signed } from './reward-words.ts'
import {
  density,
  mostOftenWrong,
  niceLimit,
  quantile,
  type RewardedToken,
  type RewardScale,
  rewardByPosition,
} from './token-statistics.ts'

export interface RewardChartsProps {
  data: ScoredEdits
  tokens: readonly RewardedToken[]
  scale: RewardScale
  /** Whether charts are shown as tables. */
  isTable: boolean
}

export function RewardCharts({
  data: { calibration, tokens: verdict },
  tokens,
  scale,
  isTable,
}: RewardChartsProps) {
  return (
    <div className="lb-charts">
      {verdict && <RewardByLabel tokens={tokens} isTable={isTable} />}
      {calibration && <Calibration points={calibration} isTable={isTable} />}
      {verdict && <RewardByPosition tokens={tokens} isTable={isTable} />}
      {verdict && <OftenWrong tokens={tokens} scale={scale} />}
    </div>
  )
}

const onAxis = (value: number) => `${value > 0 ? '+' : ''}${numberOf(value, 2)}`
const inPercent = (value: number) => `${Math.round(100 * value)}%`

type TokensProps = Pick<RewardChartsProps, 'tokens' | 'isTable'>

function RewardByLabel({ tokens, isTable }: TokensProps) {
  const { curves, limit } = useMemo(() => {
    const limit = niceLimit(
      quantile(
        tokens.map(({ reward }) => Math.abs(reward)),
        0.99,
      ) ?? 1,
    )
    const of = (label: number) =>
      density(
        tokens.filter((token) => token.label === label).map(({ reward }) => reward),
        [-limit, limit],
      )
    return {
      limit,
      curves: [
        { name: 'removed', look: 'removed', points: of(-1), isArea: true },
        { name: 'unchanged', look: 'unchanged', points: of(0) },
        { name: 'added', look: 'added', points: of(1), isArea: true },
      ] satisfies Curve[],
    }
  }, [tokens])
  const ticks = [-limit, -limit / 2, 0, limit / 2, limit]
  return (
    <CurveChart
      title="Reward by label"
      about="tokens of held-out edits, each label by its own peak"
      curves={curves}
      x={{ name: 'Reward', from: -limit, to: limit, ticks, write: onAxis }}
      y={{ from: 0, to: 1.05, ticks: [], write: (value) => numberOf(value, 2) }}
      isTable={isTable}
    />
  )
}

function Calibration({
  points,
  isTable,
}: {
  points: NonNullable<ScoredEdits['calibration']>
  isTable: boolean
}) {
  const curve: Curve = {
    name: 'right',
    look: 'plain',
    hasDots: true,
    points: points.map(({ confidence, accuracy }) => [confidence, accuracy]),
  }
  const lowest = Math.min(0.5, ...points.map(({ accuracy }) => accuracy))
  const from = lowest < 0.5 ? 0 : 0.5
  const half: Axis = { from: 0.5, to: 1, ticks: [0.5, 0.75, 1], write: inPercent }
  return (
    <CurveChart
      title="Calibration"
      about="how often right, by confidence"
      curves={[curve, ...(from === 0 ? [diagonal] : [])]}
      x={{ ...half, name: 'Confidence' }}
      y={from === 0 ? { ...half, from: 0, ticks: [0, 0.5, 1] } : half}
      rule={from === 0 ? undefined : 'diagonal'}
      isTable={isTable}
    />
  )
}

/** Where confidence is right as often as it says, on an axis that begins at 0. */
const diagonal: Curve = {
  name: 'if calibrated',
  look: 'unchanged',
  points: [
    [0.5, 0.5],
    [1, 1],
  ],
}

function RewardByPosition({ tokens, isTable }: TokensProps) {
  const curves = useMemo<Curve[]>(
    () => [
      { name: 'added', look: 'added', points: rewardByPosition(tokens, 1) },
      { name: 'removed', look: 'removed', points: rewardByPosition(tokens, -1) },
    ],
    [tokens],
  )
  const points = curves.flatMap((curve) => curve.points)
  const limit = niceLimit(Math.max(0, ...points.map(([, y]) => Math.abs(y))) || 1)
  const last = Math.max(2, ...points.map(([x]) => x))
  const ticks = [1, ...[1, 2, 3].map((i) => Math.round((i * last) / 3))]
  if (points.length === 0)
    return (
      <ChartCard title="Reward by position in the response">
        <p className="quiet lb-none">Too few changed tokens.</p>
      </ChartCard>
    )
  return (
    <CurveChart
      title="Reward by position in the response"
      curves={curves}
      x={{ name: 'Token', from: 1, to: last, ticks, write: (value) => numberOf(value) }}
      y={{ from: -limit, to: limit, ticks: [-limit, 0, limit], write: onAxis }}
      rule="zero"
      isTable={isTable}
    />
  )
}

const maxWrong = 6
const labelWords = { [-1]: '−1', 0: '0', 1: '+1' } as const

function OftenWrong({ tokens, scale }: Pick<RewardChartsProps, 'tokens' | 'scale'>) {
  const wrong = useMemo(() => mostOftenWrong(tokens, scale, maxWrong), [tokens, scale])
  return (
    <ChartCard title="Most often wrong" about="nearer to another label than to their own">
      {wrong.length === 0 ? (
        <p className="quiet lb-none">No token is.</p>
      ) : (
        <table className="table tight">
          <thead>
            <tr>
              <th scope="col">Token</th>
              <th scope="col" className="r">
                Mean reward
              </th>
              <th scope="col" className="r">
                Label
              </th>
              <th scope="col" className="r">
                Times
              </th>
            </tr>
          </thead>
          <tbody>
            {wrong.map(({ text, label, reward, times, of }) => (
              <tr key={`${label} ${text}`}>
                <td className="code cut">{text}</td>
                <td className="r">{signed(reward)}</td>
                <td className="r">{labelWords[label]}</td>
                <td className="r">
                  {times} <span className="quiet">of {of}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </ChartCard>
  )
}
