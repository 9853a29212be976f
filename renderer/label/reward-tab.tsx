/** A reward model on held-out edits: four figures, the edits by disagreement, one of them large, and charts. */
import { type ReactNode, useMemo } from 'react'
import type { ScoredEdit, ScoredEdits } from '../../electron/contract/label.ts'
import type { ModelRecord } from '../../electron/contract/models.ts'
import { Bar } from '../app/bar.tsx'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { goTo, usePlace, useProject } from '../app/navigation.ts'
import { StreamProgress } from '../app/stream-progress.tsx'
import { useStreamed } from '../app/streamed.ts'
import { UnknownName } from '../app/view-problem.tsx'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { numberOf } from '../ui/format.ts'
import { Select } from '../ui/select.tsx'
import { HeatLegend } from '../ui/token-heat.tsx'
import { Figures } from './figures.tsx'
import { Cues } from './labels-tab.tsx'
import { PairList, textOf } from './pair-list.tsx'
import { RewardCharts } from './reward-charts.tsx'
import { reward, signed } from './reward-words.ts'
import { TokenPair } from './token-pair.tsx'
import { nearestLabel, quantile, rewardedTokens, rewardScale } from './token-statistics.ts'

/** Scored at first; scoring all takes longer. */
const fewEdits = 64
const mostEdits = 256

export function RewardTab({ models, choice }: { models: readonly ModelRecord[]; choice: ReactNode }) {
  const project = useProject()
  const [place, change] = usePlace()
  const names = models.filter(({ kind }) => kind === 'reward').map(({ name }) => name)
  const rewardModel = place.model ?? names[0]
  const limit = place.all === undefined ? fewEdits : mostEdits
  const scored = useStreamed({
    queryKey: ['scored', project, rewardModel, limit],
    enabled: rewardModel !== undefined && names.includes(rewardModel),
    ask: (signal) => host.label.scored({ project, rewardModel: rewardModel!, limit }, { signal }),
  })
  const train = () => goTo(project, 'runs', { new: 'reward' })
  const { data } = scored
  return (
    <>
      <Bar title="Labels and reward">
        {choice}
        {rewardModel !== undefined && (
          <span className="lb-choice">
            <Select
              label="Reward model"
              options={names.map((name) => ({ value: name, text: name }))}
              value={rewardModel}
              onChange={(model) => change({ model, edit: undefined })}
            />
          </span>
        )}
        {names.length > 0 && (
          <Button icon="running" className="hide-tiny" onClick={train}>
            Train a reward model
          </Button>
        )}
      </Bar>
      {rewardModel === undefined ? (
        <NoModel onTrain={train} />
      ) : (
        <div className={data ? 'lb-notices' : 'pad'}>
          <UnknownName
            what="reward model"
            name={place.model}
            known={names}
            way={{ label: 'Show the newest', go: () => change({ model: undefined }) }}
          />
          <StreamProgress of={scored} label="Scoring held-out edits" />
        </div>
      )}
      {data && data.pairs.length === 0 && (
        <p className="pad">No held-out edit changes its response, so there is nothing to score.</p>
      )}
      {data && data.pairs.length > 0 && <Scored data={data} />}
    </>
  )
}

function NoModel({ onTrain }: { onTrain: () => void }) {
  return (
    <div className="pad">
      <Empty title="No reward model yet">
        <p>
          A reward model learns from the labels of your edits. Once you have one, this tab shows the rewards
          it gives to the tokens of held-out edits, next to the annotator's changes.
        </p>
        <Button kind="primary" onClick={onTrain}>
          Train a reward model
        </Button>
      </Empty>
    </div>
  )
}

const orders = [
  { value: 'disagreement', text: 'Disagreement first' },
  { value: 'margin', text: 'Wrong way round first' },
] as const
type Order = (typeof orders)[number]['value']

/** What decides the order, and is written in the row. */
const orderValues: Record<Order, { of: (edit: ScoredEdit) => number; write: (value: number) => string }> = {
  disagreement: { of: (edit) => -edit.disagreement, write: (value) => reward(-value) },
  margin: {
    of: ({ scores }) => (scores ? scores.edited - scores.rejected : 0),
    write: signed,
  },
}

function Scored({ data }: { data: ScoredEdits }) {
  const [place, change] = usePlace()
  const isTable = place.table !== undefined
  useKeys('Charts', [
    { keys: 't', does: 'Values as a table', run: () => change({ table: isTable ? undefined : '1' }) },
  ])
  const order = orders.find(({ value }) => value === place.sort)?.value ?? 'disagreement'
  const { of, write } = orderValues[order]
  const pairs = useMemo(() => [...data.pairs].sort((a, b) => of(a) - of(b)), [data, of])
  const tokens = useMemo(() => rewardedTokens(data.pairs), [data])
  const scale = useMemo(() => rewardScale(tokens), [tokens])
  const strongest = useMemo(
    () =>
      quantile(
        tokens.map(({ reward }) => Math.abs(reward)),
        0.98,
      ) || 1,
    [tokens],
  )
  const index = Math.min(Number(place.edit ?? 0), pairs.length - 1)
  const pair = pairs[index]!
  return (
    <>
      <ModelFigures data={data} unchanged={scale.unchanged} />
      <div className="panes">
        <PairList
          label="Held-out edits"
          head={
            <>
              <Select
                isBare
                label="Order"
                options={orders}
                value={order}
                onChange={(sort) => change({ sort, edit: undefined })}
              />
              <span className="count">{pairs.length}</span>
            </>
          }
          rows={pairs.map((each) => ({
            prompt: each.prompt,
            response: textOf(each.rejected),
            value: write(of(each)),
          }))}
          current={index}
          onOpen={(edit) => change({ edit: edit === 0 ? undefined : String(edit) }, { replace: true })}
        />
        <section className="pane grow" aria-label="Rewards of this edit">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard */}
          <div className="scroll lb-main" tabIndex={0}>
            <div className="row wrap between second lb-key">
              <HeatLegend scale={strongest} unit="reward" hasEdits={false} isBrief />
              <Cues />
            </div>
            <TokenPair
              key={`${order} ${index}`}
              pair={pair}
              scale={strongest}
              by="reward"
              nearest={data.tokens && ((value) => nearestLabel(value, scale))}
            />
            {pair.scores && pair.scores.edited <= pair.scores.rejected && (
              <p className="problem">It prefers the original response.</p>
            )}
            <RewardCharts data={data} tokens={tokens} scale={scale} isTable={isTable} />
            <ScoreMore data={data} />
          </div>
        </section>
      </div>
    </>
  )
}

function ScoreMore({ data: { pairs, heldout } }: { data: ScoredEdits }) {
  const [place, change] = usePlace()
  if (place.all !== undefined || heldout <= fewEdits) return null
  const all = Math.min(heldout, mostEdits)
  return (
    <p className="row wrap second">
      These are {pairs.length} of {heldout.toLocaleString('en')} held-out edits.
      <Button isSmall onClick={() => change({ all: '1', edit: undefined })}>
        Score {all}
      </Button>
    </p>
  )
}

function ModelFigures({ data, unchanged }: { data: ScoredEdits; unchanged: number }) {
  const { accuracy, pairs, tokens } = data
  const rank = {
    name: 'Ranks the edit above the original',
    value: `${numberOf(100 * accuracy)}%`,
    unit: `of ${pairs.length} held-out edits`,
  }
  if (tokens === null)
    return (
      <Figures figures={[rank, { name: 'Tokens', value: '–', unit: 'this model scores whole responses' }]} />
    )
  return (
    <Figures
      figures={[
        rank,
        { name: 'Tells good tokens from bad', value: numberOf(tokens.auroc, 2), unit: 'AUROC' },
        { name: 'Finds removed tokens', value: numberOf(tokens.f1, 2), unit: 'F1' },
        { name: 'Unchanged tokens', value: reward(unchanged), unit: 'mean reward, aim 0' },
      ]}
    />
  )
}
