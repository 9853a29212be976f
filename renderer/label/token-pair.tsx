/** One edit large: both responses in tokens, tinted, and the token at the cursor told in full. The arrow keys move it. */
import { useState } from 'react'
import type { LabelledPair, LabelledToken } from '../../electron/contract/label.ts'
import { useKeys } from '../app/keys.ts'
import { heatOf } from '../ui/heat.ts'
import { Keys } from '../ui/keys.tsx'
import '../ui/token-heat.css'
import { signed } from './reward-words.ts'

type Side = 'rejected' | 'edited'

interface At {
  side: Side
  index: number
}

interface TokenPairProps {
  pair: LabelledPair
  /** The value of the strongest tint. */
  scale: number
  /** What tints the tokens: their labels, or a model's rewards. */
  by: 'label' | 'reward'
  /** The label that a reward is nearest to; null if tokens are not judged one by one. */
  nearest?: ((reward: number) => number) | null
}

const titles: Record<Side, string> = { rejected: 'Original response', edited: 'Edited response' }

export function TokenPair({ pair, scale, by, nearest = null }: TokenPairProps) {
  const [at, setAt] = useState<At | null>(null)
  const step = (by: number) => setAt(moved(pair, at, by))
  useKeys('Tokens', [
    { keys: 'ArrowRight', does: 'next token', run: () => step(1), repeats: true },
    { keys: 'ArrowLeft', does: 'token before', run: () => step(-1), repeats: true },
  ])
  const token = at && pair[at.side][at.index]
  return (
    <div className="lb-pair">
      <div className="lb-sheets">
        {(['rejected', 'edited'] as const).map((side) => (
          <article key={side} className="card lb-sheet">
            <header className="row between">
              <h2 className="label">{titles[side]}</h2>
              {pair.scores && (
                <span className="num medium" title="Reward of the whole response">
                  {signed(pair.scores[side])}
                </span>
              )}
            </header>
            <Tokens
              name={titles[side]}
              tokens={pair[side]}
              at={at?.side === side ? at.index : null}
              tintOf={({ label, reward }) => heatOf(by === 'label' ? label : reward, scale)}
              onAt={(index) => setAt({ side, index })}
            />
          </article>
        ))}
      </div>
      <div className="lb-token row wrap">
        <span role="status" className="row wrap num grow">
          {token ? <TokenFacts token={token} nearest={nearest} /> : 'Choose a token to read its values.'}
        </span>
        <span className="row quiet">
          <Keys keys="ArrowLeft" />
          <Keys keys="ArrowRight" /> next token
        </span>
      </div>
    </div>
  )
}

/** From the end of the original response one comes to the beginning of the edited one. */
function moved({ rejected, edited }: LabelledPair, at: At | null, by: number): At {
  const before = at === null ? -1 : at.side === 'rejected' ? at.index : rejected.length + at.index
  const next = Math.max(0, Math.min(rejected.length + edited.length - 1, before + by))
  return next < rejected.length
    ? { side: 'rejected', index: next }
    : { side: 'edited', index: next - rejected.length }
}

function Tokens({
  name,
  tokens,
  at,
  tintOf,
  onAt,
}: {
  name: string
  tokens: readonly LabelledToken[]
  at: number | null
  tintOf: (token: LabelledToken) => string
  onAt: (index: number) => void
}) {
  if (tokens.length === 0) return <p className="quiet">Empty</p>
  return (
    // biome-ignore lint/a11y/useSemanticElements: no element stands for a text whose parts are read one by one
    <div
      role="group"
      aria-label={`Tokens of the ${name.toLowerCase()}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys show the values
      tabIndex={0}
      className="tokens"
      dir="auto"
    >
      {tokens.map((token, i) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys do the same
        // biome-ignore lint/a11y/useKeyWithClickEvents: the arrow keys do the same
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: tokens have no other key
          key={i}
          className={`token ${i === at ? 'at' : ''} ${cueOf(token.label)}`}
          onMouseEnter={() => onAt(i)}
          onClick={() => onAt(i)}
        >
          <Tinted text={token.text} tint={tintOf(token)} />
        </span>
      ))}
    </div>
  )
}

/** The tint is on the word, not on the space beside it. */
function Tinted({ text, tint }: { text: string; tint: string }) {
  const word = text.trim()
  if (tint === '' || word === '') return text
  const start = text.indexOf(word)
  return (
    <>
      {text.slice(0, start)}
      <span className={`lb-tint ${tint}`}>{word}</span>
      {text.slice(start + word.length)}
    </>
  )
}

function cueOf(label: number): string {
  if (label === 0) return ''
  return label < 0 ? 'deleted' : 'inserted'
}

const labelWords: Record<number, string> = {
  [-1]: 'removed, label −1',
  0: 'unchanged, label 0',
  1: 'added, label +1',
}

function TokenFacts({
  token: { text, id, label, reward },
  nearest,
}: {
  token: LabelledToken
  nearest: TokenPairProps['nearest']
}) {
  const agreement = reward !== null && nearest ? (nearest(reward) === label ? 'agrees' : 'disagrees') : null
  const facts = [
    id === undefined ? null : `token ${id.toLocaleString('en')}`,
    reward === null ? null : `reward ${signed(reward)}`,
    labelWords[label] ?? null,
    agreement,
  ].filter((fact) => fact !== null)
  return (
    <>
      <span className="code strong lb-token-text">“{text}”</span>
      <span>{facts.join(' · ')}</span>
    </>
  )
}
