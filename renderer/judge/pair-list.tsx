/** Every pair of an evaluation with its verdicts, or only those that another judge decided differently. */
import { useState } from 'react'
import type { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace } from '../app/navigation.ts'
import { Button } from '../ui/button.tsx'
import { DiffText } from '../ui/diff-text.tsx'
import { Prompt } from '../ui/prompt.tsx'

export type Pairs = Awaited<ReturnType<typeof host.judge.pairs>>
type Pair = Pairs['pairs'][number]

const pageSize = 30

const words = { win: 'won', tie: 'tie', loss: 'lost' }

export function PairList({ data: { pairs, record, agreement } }: { data: Pairs }) {
  const [{ against }, change] = usePlace()
  const [shown, setShown] = useState(pageSize)
  const other = agreement.find(({ evaluation }) => evaluation === against)
  const theirs = other && new Map(other.disagreements.map(({ pairId, theirs }) => [pairId, theirs]))
  const first = agreement.find(({ disagreements }) => disagreements.length > 0)?.evaluation
  const toggle = () => change({ against: other ? undefined : first }, { replace: true })
  useKeys('Pairs', [{ keys: 'd', does: 'disagreements only', run: toggle }])
  const listed = theirs ? pairs.filter(({ id }) => theirs.has(id)) : pairs
  return (
    <section>
      <div className="row wrap between">
        <h2 id="pairs">Pairs</h2>
        {agreement.length > 0 && (
          <PairFilter
            agreement={agreement}
            pairs={pairs.length}
            value={other?.evaluation ?? ''}
            onChange={(evaluation) => change({ against: evaluation }, { replace: true })}
          />
        )}
      </div>
      {listed.length === 0 && <p className="quiet">You agree on all pairs.</p>}
      {listed.slice(0, shown).map((pair) => {
        const verdict = theirs?.get(pair.id)
        const note = verdict && `${other!.judge}: ${words[verdict]}`
        return <PairRow key={pair.id} pair={pair} record={record} note={note} />
      })}
      {shown < listed.length && (
        <Button onClick={() => setShown(shown + pageSize)}>{listed.length - shown} more</Button>
      )}
    </section>
  )
}

function PairFilter({
  agreement,
  pairs,
  value,
  onChange,
}: {
  agreement: Pairs['agreement']
  pairs: number
  value: string
  onChange: (evaluation: string | undefined) => void
}) {
  return (
    <label className="pair-filter">
      Show
      <select value={value} onChange={({ target }) => onChange(target.value || undefined)}>
        <option value="">all {pairs} pairs</option>
        {agreement.map(({ evaluation, judge, disagreements }) => (
          <option key={evaluation} value={evaluation}>
            {disagreements.length} disagreements with {judge}
          </option>
        ))}
      </select>
    </label>
  )
}

function PairRow({
  pair: { prompt, context, outputA, outputB, verdicts, skipped },
  record,
  note,
}: {
  pair: Pair
  record: Pairs['record']
  /** The other judge's verdict. */
  note: string | undefined
}) {
  const mean = verdicts.reduce((sum, { preference }) => sum + preference, 0) / verdicts.length
  return (
    <details className="pair">
      <summary>
        <b className="verdict">{verdicts.length === 0 ? (skipped ? 'skipped' : '–') : wordsOf(mean)}</b>{' '}
        {note && <span className="quiet">({note}) </span>}
        {prompt.at(-1)?.content.slice(0, 140)}
      </summary>
      <Prompt prompt={prompt} context={context} />
      <div className="sides">
        <div>
          <h3>{record.reference ?? 'A'}</h3>
          <p className="whole">{outputA}</p>
        </div>
        <div>
          <h3>{record.candidate ?? 'B'}, as changes to it</h3>
          <p>
            <DiffText before={outputA} after={outputB} />
          </p>
        </div>
      </div>
      <ul className="num quiet">
        {verdicts.map(({ judge, swapped, preference, elapsedMs, rawReply, reason }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: verdicts are only appended
          <li key={i}>
            {judge}: {wordsOf(preference)}, {swapped ? 'candidate' : 'reference'} shown first
            {elapsedMs > 0 && `, ${(elapsedMs / 1000).toFixed(1)} s`} {rawReply}
            {reason && <q>{reason}</q>}
          </li>
        ))}
      </ul>
    </details>
  )
}

function wordsOf(preference: number): string {
  if (preference === 0.5) return 'tie'
  return preference > 0.5 ? 'won' : 'lost'
}
