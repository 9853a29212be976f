/** How numbers are formatted in a report, and the scales that map them to positions. */

/** A true minus sign, as wide as a plus. */
function withMinus(text: string): string {
  return text.replace('-', '−')
}

export function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits)
  return withMinus(Number(text) === 0 ? text.replace('-', '') : text)
}

/** Fixed digits, with a plus sign above zero. */
export function signed(value: number, digits: number): string {
  return Number(value.toFixed(digits)) > 0 ? `+${fixed(value, digits)}` : fixed(value, digits)
}

/** About three significant digits, for axis labels and tables. */
export function compact(value: number): string {
  const size = Math.abs(value)
  if (size !== 0 && (size < 0.001 || size >= 1e6)) return withMinus(value.toExponential(1).replace('e+', 'e'))
  return withMinus(String(Number(value.toPrecision(3))))
}

export function pValue(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3)
}

/** As in a sentence: `p = 0.012`. */
export function pWords(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`
}

export function duration(seconds: number): string {
  if (seconds < 99.5) return `${compact(seconds)} s`
  const minutes = Math.floor(Math.round(seconds) / 60)
  if (minutes < 60) return `${minutes} min ${Math.round(seconds) % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** A coordinate in an SVG attribute. */
export function at(value: number): string {
  return String(Math.round(value * 10) / 10)
}

/** Maps [from, to] linearly onto [start, end]. */
export function scale(from: number, to: number, start: number, end: number): (value: number) => number {
  const factor = to === from ? 0 : (end - start) / (to - from)
  return (value) => start + (value - from) * factor
}

/** About `count` round numbers (1, 2 or 5 times a power of ten apart) that enclose [low, high]. */
export function niceTicks(low: number, high: number, count: number): number[] {
  const size = Math.max(Math.abs(low), Math.abs(high))
  const span = high - low > 1e-9 * size ? high - low : size || 1
  const rough = span / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((m) => m * power).find((candidate) => candidate >= rough * 0.999)!
  const first = Math.floor(low / step + 1e-9)
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9))
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}
