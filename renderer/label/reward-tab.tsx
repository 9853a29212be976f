/** A reward model on held-out edits: its rewards per token, its worst mistakes first, and its calibration. */
import type { LabelledPair, ScoredEdits, TokenMistakeRecord } from '../../electron/contract/label.ts'
import type { ModelRecord } from '../../electron/contract/models.ts'
import { host } from '../app/connection.ts'
import { goTo, usePlace, useProject } from '../app/navigation.ts'
import { StreamProgress } from '../app/stream-progress.tsx'
import { useStreamed } from '../app/streamed.ts'
import { UnknownName } from '../app/view-problem.tsx'
import { CalibrationPlot } from '../charts/calibration-plot.tsx'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Field } from '../ui/field.tsx'
import { numberOf } from '../ui/format.ts'
import { HeatLegend, TokenHeat } from '../ui/token-heat.tsx'

export function RewardTab({ models }: { models: ModelRecord[] }) {
  const project = useProject()
  const [place, change] = usePlace()
  const rewards = models.filter(({ kind }) => kind === 'reward')
  const names = rewards.map(({ name }) => name)
  const rewardModel = place.model ?? names[0]
  const scored = useStreamed({
    queryKey: ['scored', project, rewardModel],
    enabled: rewardModel !== undefined && names.includes(rewardModel),
    ask: (signal) => host.label.scored({ project, rewardModel: rewardModel! }, { signal }),
  })
  if (rewardModel === undefined)
    return (
      <Empty title="No reward model yet">
        <p>
          A reward model learns from the labels of your edits. Once you have one, this tab shows the rewards
          it gives to the tokens of held-out edits, next to the annotator's changes.
        </p>
        <Button kind="primary" onClick={() => goTo(project, 'runs', { new: 'reward' })}>
          Train a reward model
        </Button>
      </Empty>
    )
  return (
    <>
      <Field label="Reward model">
        <select value={rewardModel} onChange={({ target }) => change({ model: target.value })}>
          {rewards.map(({ id, name }) => (
            <option key={id}>{name}</option>
          ))}
        </select>
      </Field>
      <UnknownName
        what="reward model"
        name={place.model}
        known={names}
        way={{ label: 'Show the newest', go: () => change({ model: undefined }) }}
      />
      <StreamProgress of={scored} label="Scoring held-out edits" />
      {scored.data && <Scored data={scored.data} />}
    </>
  )
}

function Scored({ data }: { data: ScoredEdits }) {
  const { pairs, accuracy, calibration, tokens } = data
  const rewards = pairs.flatMap(({ rejected, edited }) =>
    [...rejected, ...edited].map(({ reward }) => reward ?? 0),
  )
  const scale = quantile(rewards.map(Math.abs), 0.98)
  const wrong = pairs.filter(({ scores }) => scores !== null && scores.edited <= scores.rejected).length
  if (pairs.length === 0) return <p>No held-out edit changes its response, so there is nothing to score.</p>
  return (
    <>
      <div className="row wrap scored-summary">
        <p className="num">
          Ranks the edited response higher on <b>{numberOf(100 * accuracy)}%</b> of {pairs.length} held-out
          edits ({wrong} mistakes).
          {tokens && (
            <>
              <br />
              Per token: AUROC <b>{numberOf(tokens.auroc)}</b>, F1 for detecting bad tokens{' '}
              <b>{numberOf(tokens.f1)}</b>.
            </>
          )}
        </p>
        {calibration && <CalibrationPlot points={calibration} />}
      </div>
      {tokens && tokens.worst.length > 0 && <WorstTokens tokens={tokens.worst} />}
      <HeatLegend scale={scale} unit="reward" />
      {pairs.map((pair, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an item that two annotators edited is listed twice
        <Pair key={`${pair.id} ${i}`} pair={pair} scale={scale} />
      ))}
    </>
  )
}

const labelWords: Record<number, string> = { [-1]: 'deleted', 0: 'kept', 1: 'inserted' }

function WorstTokens({ tokens }: { tokens: TokenMistakeRecord[] }) {
  return (
    <details>
      <summary>The {tokens.length} tokens with the worst rewards</summary>
      <table className="table worst-tokens">
        <thead>
          <tr>
            <th>Reward</th>
            <th>Token</th>
            <th>Annotator</th>
          </tr>
        </thead>
        <tbody>
          {tokens.map(({ id, side, before, text, after, label, reward }) => (
            <tr key={`${id} ${side} ${before}${text}${after}`}>
              <td>{numberOf(reward)}</td>
              <td className="code">
                <span className="quiet">{before}</span>
                <mark>{text}</mark>
                <span className="quiet">{after}</span>
              </td>
              <td>{labelWords[label]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}

function Pair({ pair, scale }: { pair: LabelledPair; scale: number }) {
  const { scores } = pair
  return (
    <article className="card labelled">
      <p className="quiet">{pair.prompt}</p>
      {(['rejected', 'edited'] as const).map((side) => (
        <div key={side}>
          <h2>
            {side} <span className="num quiet">score {numberOf(scores?.[side])}</span>
          </h2>
          <TokenHeat
            unit="reward"
            scale={scale}
            tokens={pair[side].map(({ text, label, reward }) => ({ text, label, value: reward }))}
          />
        </div>
      ))}
      {scores && scores.edited <= scores.rejected && (
        <p className="problem">It prefers the rejected response.</p>
      )}
    </article>
  )
}

function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(share * (sorted.length - 1))] || 1
}
