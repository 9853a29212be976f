/**
 * Tokens tinted by a number in seven steps: orange below zero, none at zero, blue above, on one scale that the legend shows.
 * The number is shown on hover and focus; the arrow keys move from token to token.
 */
import { type KeyboardEvent, useId, useState } from 'react'
import { numberOf } from './format.ts'
import { heatOf, heatRamp } from './heat.ts'
import './proof.css'
import './token-heat.css'

export interface HeatToken {
  text: string
  /** Null if the token has none. */
  value: number | null
  /** Whether the edit deleted the token (−1), inserted it (1) or kept it (0). */
  label?: number
  /** Whether it ends the response: then it is shown as a mark rather than by its text. */
  isEnd?: boolean
}

/** @param scale the value of the strongest tint; the same for everything that is compared in a view */
export function TokenHeat({
  tokens,
  scale,
  unit,
}: {
  tokens: readonly HeatToken[]
  scale: number
  /** What the number is: `reward`. */
  unit: string
}) {
  const [at, setAt] = useState<number | null>(null)
  const descriptionId = useId()
  const move = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    setAt((before) => Math.min(Math.max((before ?? -1) + by, 0), tokens.length - 1))
  }
  return (
    <div className="token-heat">
      {/* biome-ignore lint/a11y/useSemanticElements: no element stands for a text whose parts are read one by one */}
      <div
        role="group"
        aria-label={`Tokens by ${unit}`}
        aria-describedby={descriptionId}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys show the numbers
        tabIndex={0}
        className="tokens"
        onKeyDown={move}
        onMouseLeave={() => setAt(null)}
        onBlur={() => setAt(null)}
      >
        {tokens.map(({ text, value, label, isEnd = false }, i) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys do the same
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: tokens have no other key
            key={i}
            className={`token ${i === at ? 'at' : ''} ${cueOf(label)}`}
            title={value === null ? undefined : `${unit} ${numberOf(value)}`}
            onMouseEnter={() => setAt(i)}
          >
            {isEnd ? (
              <span className={`tint token-end ${heatOf(value, scale)}`}>end</span>
            ) : (
              <Tinted text={text} tint={heatOf(value, scale)} />
            )}
          </span>
        ))}
      </div>
      <div id={descriptionId} role="status" className="token-heat-value num">
        {at === null ? ' ' : describe(tokens[at]!, unit)}
      </div>
    </div>
  )
}

/** The tint sits on the word, not on the space before it. */
function Tinted({ text, tint }: { text: string; tint: string }) {
  const word = text.trimStart() || text
  return (
    <>
      {text.slice(0, text.length - word.length)}
      <span className={`tint ${tint}`}>{word}</span>
    </>
  )
}

function describe({ text, value }: HeatToken, unit: string): string {
  return `“${text}”  ${unit} ${numberOf(value)}`
}

function cueOf(label: number | undefined): string {
  if (label === undefined || label === 0) return ''
  return label < 0 ? 'deleted' : 'inserted'
}

/** Explains the tints. */
export function HeatLegend({
  scale,
  unit,
  hasEdits = true,
  isBrief = false,
}: {
  scale: number
  unit: string
  /** Without the words about colours, for bars. */
  isBrief?: boolean
  /** Whether the tokens are marked as deleted and inserted. */
  hasEdits?: boolean
}) {
  return (
    <div className="heat-key num">
      <span>{numberOf(-scale, 2)}</span>
      <span className="heat-ramp" aria-hidden>
        {heatRamp.map((step) => (
          <span key={step} className={step} />
        ))}
      </span>
      <span>{numberOf(scale, 2)}</span>
      <span className="quiet">
        {unit}
        {!isBrief && ': orange below zero, none at zero, blue above'}
        {hasEdits && (
          <>
            ; <del>deleted</del>, <ins>inserted</ins>
          </>
        )}
      </span>
    </div>
  )
}
