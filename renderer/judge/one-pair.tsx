/** One judged pair: the prompt, both responses with what differs marked, and every verdict with its reason. */
import { type ReactNode, useMemo } from 'react'
import { sidesOf } from '../../electron/contract/result-sentence.ts'
import { Prompt } from '../ui/prompt.tsx'
import { differingSpans, type Span } from './differing-spans.ts'
import { outcomeOf, outcomeOfPair, outcomeWords } from './pair-rows.ts'
import type { Pair, Pairs } from './pairs-card.tsx'

/** Longer texts are shown without marks, because finding the differences takes too long. */
const maxMarked = 20_000

export function OnePair({
  pair,
  record,
  note,
}: {
  pair: Pair
  record: Pairs['record']
  /** The other judge's verdict. */
  note: string | undefined
}) {
  const { candidate, reference } = sidesOf(record)
  const outcome = outcomeOfPair(pair)
  return (
    <article className="one-pair" aria-label="The chosen pair">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long prompt scrolls, by keyboard too */}
      <section className="one-pair-prompt" aria-label="Prompt" tabIndex={0}>
        <Prompt prompt={pair.prompt} context={pair.context} />
      </section>
      <div className="one-pair-sides">
        <Side
          head={`${candidate}${outcome === null ? '' : ` · ${outcomeWords[outcome].toLowerCase()}`}`}
          note={note}
          own={pair.outputB}
          other={pair.outputA}
        />
        <Side
          head={
            record.reference === null ? reference.replace(/^./, (first) => first.toUpperCase()) : reference
          }
          own={pair.outputA}
          other={pair.outputB}
        />
      </div>
      <Verdicts pair={pair} />
    </article>
  )
}

function Side({ head, note, own, other }: { head: string; note?: string; own: string; other: string }) {
  const spans = useMemo(
    () => (own.length + other.length > maxMarked ? [] : differingSpans(own, other)),
    [own, other],
  )
  return (
    <div className="one-pair-side">
      <h3 className="label">
        {head} {note && <span className="quiet">({note})</span>}
      </h3>
      <p className="read whole" dir="auto">
        {own === '' ? <span className="quiet">No response</span> : marked(own, spans)}
      </p>
    </div>
  )
}

function marked(text: string, spans: readonly Span[]): ReactNode[] {
  const ends = [0, ...spans.map(([, end]) => end)]
  const before = spans.map(([start], i) => text.slice(ends[i], start))
  return [
    ...spans.flatMap(([start, end], i) => [
      before[i],
      <span key={start} className="differs">
        {text.slice(start, end)}
      </span>,
    ]),
    text.slice(ends.at(-1)),
  ]
}

function Verdicts({ pair: { verdicts } }: { pair: Pair }) {
  return (
    <ul className="num quiet one-pair-verdicts">
      {verdicts.map(({ judge, swapped, preference, elapsedMs, rawReply, reason }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: verdicts are only appended
        <li key={i}>
          {judge}: {outcomeWords[outcomeOf(preference)].toLowerCase()}, {swapped ? 'candidate' : 'reference'}{' '}
          shown first
          {elapsedMs > 0 && `, ${(elapsedMs / 1000).toFixed(1)} s`} {rawReply} {reason && <q>{reason}</q>}
        </li>
      ))}
    </ul>
  )
}
