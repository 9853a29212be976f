/** Every pair of an evaluation: filtered by outcome and by disagreement, with the chosen one open beside the list. */
import { useState } from 'react'
import { flushSync } from 'react-dom'
import type { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace } from '../app/navigation.ts'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { Keys } from '../ui/keys.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Select } from '../ui/select.tsx'
import { Switch } from '../ui/switch.tsx'
import { OnePair } from './one-pair.tsx'
import { filteredPairs, type Outcome, type OutcomeFilter, outcomeOfPair, outcomeWords } from './pair-rows.ts'

export type Pairs = Awaited<ReturnType<typeof host.judge.pairs>>
export type Pair = Pairs['pairs'][number]

const pageSize = 25

export function PairsCard({ data }: { data: Pairs }) {
  const { pairs, agreement } = data
  const [{ against }, change] = usePlace()
  const [outcome, setOutcome] = useState<OutcomeFilter>('all')
  const [at, setAt] = useState(0)
  const other = agreement.find(({ evaluation }) => evaluation === against)
  const listed = filteredPairs(pairs, outcome, other?.disagreements)
  const shownAt = Math.max(0, Math.min(at, listed.length - 1))
  const choose = (next: number) => setAt(Math.max(0, Math.min(next, listed.length - 1)))
  const step = (by: number) => {
    flushSync(() => choose(shownAt + by))
    document.querySelector('.pair-row[aria-current]')?.scrollIntoView({ block: 'nearest' })
  }
  const show = (evaluation: string | undefined) => {
    setAt(0)
    change({ against: evaluation }, { replace: true })
  }
  const first = agreement.find(({ disagreements }) => disagreements.length > 0)?.evaluation
  const toggle = () => show(other ? undefined : first)
  useKeys('Pairs', [
    { keys: 'j', does: 'next pair', run: () => step(1) },
    { keys: 'k', does: 'previous pair', run: () => step(-1) },
    { keys: 'd', does: 'disagreements only', run: toggle },
  ])
  const pair = listed[shownAt]
  const theirs = other?.disagreements.find(({ pairId }) => pairId === pair?.id)
  return (
    <section className="card whole-row" aria-labelledby="pairs">
      <header className="card-head pairs-head">
        <h2 id="pairs" className="subtitle">
          Pairs
        </h2>
        <OutcomeChoice
          pairs={pairs}
          value={outcome}
          onChange={(next) => {
            setAt(0)
            setOutcome(next)
          }}
        />
        <span className="row help hide-narrow">
          <Keys keys="j" isHidden />
          <Keys keys="k" isHidden />
          next and previous
        </span>
        {first && (
          <span className="row wrap pairs-judges">
            {other && agreement.length > 1 && (
              <Select
                label="The other judge"
                isBare
                value={other.evaluation}
                options={agreement.map(({ evaluation, judge, disagreements }) => ({
                  value: evaluation,
                  text: `${judge} (${disagreements.length})`,
                }))}
                onChange={show}
              />
            )}
            <Switch label="Judges disagree" isOn={other !== undefined} onChange={toggle} />
          </span>
        )}
      </header>
      <div className="card-body pairs-body">
        {pair === undefined ? (
          <p className="quiet">{other ? `You agree with ${other.judge} on all of these.` : 'No pair.'}</p>
        ) : (
          <>
            <PairRows listed={listed} at={shownAt} onChoose={choose} />
            <OnePair
              key={pair.id}
              pair={pair}
              record={data.record}
              note={theirs && `${other!.judge}: ${outcomeWords[theirs.theirs].toLowerCase()}`}
            />
          </>
        )}
      </div>
    </section>
  )
}

function OutcomeChoice({
  pairs,
  value,
  onChange,
}: {
  pairs: readonly Pair[]
  value: OutcomeFilter
  onChange: (value: OutcomeFilter) => void
}) {
  const count = (outcome: Outcome) => pairs.filter((pair) => outcomeOfPair(pair) === outcome).length
  const segments = [
    { value: 'all' as OutcomeFilter, text: `All ${pairs.length}` },
    ...(['win', 'tie', 'loss'] as const).map((outcome) => ({
      value: outcome as OutcomeFilter,
      text: `${outcomeWords[outcome]} ${count(outcome)}`,
    })),
  ]
  return <Segmented label="Outcome" segments={segments} value={value} onChange={onChange} />
}

const icons = { win: 'won', tie: 'tied', loss: 'lost' } as const

function PairRows({
  listed,
  at,
  onChoose,
}: {
  listed: readonly Pair[]
  at: number
  onChoose: (at: number) => void
}) {
  const start = at - (at % pageSize)
  return (
    <div>
      <ul className="pair-rows">
        {listed.slice(start, start + pageSize).map((pair, i) => {
          const outcome = outcomeOfPair(pair)
          return (
            <li key={pair.id}>
              <button
                type="button"
                className="pair-row"
                aria-current={start + i === at || undefined}
                onClick={() => onChoose(start + i)}
              >
                <span className="pill plain">
                  {outcome && <Icon name={icons[outcome]} isSmall />}
                  {outcome ? outcomeWords[outcome] : pair.skipped ? 'Skipped' : 'Not judged'}
                </span>
                <span className="read cut">{pair.prompt.at(-1)?.content.slice(0, 200)}</span>
                <span className="quiet num">{agreeWords(pair)}</span>
              </button>
            </li>
          )
        })}
      </ul>
      {listed.length > pageSize && (
        <div className="row pair-pages num quiet">
          {start + 1} to {Math.min(start + pageSize, listed.length)} of {listed.length}
          <IconButton
            icon="left"
            label="Pairs before these"
            isSmall
            disabled={start === 0}
            onClick={() => onChoose(start - pageSize)}
          />
          <IconButton
            icon="right"
            label="Pairs after these"
            isSmall
            disabled={start + pageSize >= listed.length}
            onClick={() => onChoose(start + pageSize)}
          />
        </div>
      )}
    </div>
  )
}

/** How many judges give this verdict; empty if there is only one. */
function agreeWords(pair: Pair): string {
  const outcome = outcomeOfPair(pair)
  if (outcome === null || pair.others.length === 0) return ''
  const same = 1 + pair.others.filter((other) => other === outcome).length
  return `${same} of ${pair.others.length + 1}`
}
