/**
 * Tokens tinted by a number of each: orange below zero, none at zero, blue above, on one scale that its legend tells.
 * The number is said on hover and focus; the arrows go from token to token.
 */
import { type KeyboardEvent, useId, useState } from 'react'
import { numberOf } from './kit.tsx'
import './token-heat.css'

export interface HeatToken {
  text: string
  /** Null where the token has none. */
  value: number | null
  /** Whether the edit took the token out (−1), put it in (1) or left it (0). */
  label?: number
}

/** @param scale the value of the strongest tint; the same for everything that is compared on a screen */
export function TokenHeat({
  tokens,
  scale,
  unit,
}: {
  tokens: readonly HeatToken[]
  scale: number
  /** What the number is, as `reward`. */
  unit: string
}) {
  const [at, setAt] = useState<number | null>(null)
  const told = useId()
  const move = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    setAt((before) => Math.min(Math.max((before ?? -1) + by, 0), tokens.length - 1))
  }
  return (
    <div className="token-heat">
      {/* biome-ignore lint/a11y/useSemanticElements: a text whose parts are read one by one has no element of its own */}
      <div
        role="group"
        aria-label={`Tokens by ${unit}`}
        aria-describedby={told}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrows read the numbers
        tabIndex={0}
        className="token-heat-text"
        onKeyDown={move}
        onMouseLeave={() => setAt(null)}
        onBlur={() => setAt(null)}
      >
        {tokens.map(({ text, value, label }, i) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: the arrows do what hovering does
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place
            key={i}
            className={`token ${i === at ? 'at' : ''} ${cueOf(label)}`}
            style={{ background: value === null ? undefined : tintOf(value, scale) }}
            title={value === null ? undefined : `${unit} ${numberOf(value)}`}
            onMouseEnter={() => setAt(i)}
          >
            {text}
          </span>
        ))}
      </div>
      <div id={told} role="status" className="token-heat-told numbers">
        {at === null ? ' ' : said(tokens[at]!, unit)}
      </div>
    </div>
  )
}

function said({ text, value }: HeatToken, unit: string): string {
  return `“${text}”  ${unit} ${numberOf(value)}`
}

function cueOf(label: number | undefined): string {
  if (label === undefined || label === 0) return ''
  return label < 0 ? 'taken-out' : 'put-in'
}

/** @returns a CSS colour, the same hue family in light and dark */
export function tintOf(value: number, scale: number): string {
  const strength = Math.min(Math.abs(value) / scale, 1)
  const hue = value < 0 ? 'var(--heat-below)' : 'var(--heat-above)'
  return `color-mix(in oklab, ${hue} ${Math.round(100 * strength)}%, transparent)`
}

/** What the tints mean. */
export function HeatLegend({ scale, unit }: { scale: number; unit: string }) {
  return (
    <div className="heat-legend numbers">
      <span>{numberOf(-scale, 2)}</span>
      <span className="heat-ramp" aria-hidden />
      <span>{numberOf(scale, 2)}</span>
      <span className="quiet">
        {unit}: orange below zero, none at zero, blue above; <del>struck</del> taken out,{' '}
        <ins>underlined</ins> put in
      </span>
    </div>
  )
}
