/** A curve the size of a word. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  if (values.length < 2) return null
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const points = values.map((value, i) => {
    const x = (80 * i) / (values.length - 1)
    const y = high === low ? 10 : 18 - (16 * (value - low)) / (high - low)
    return `${x.toFixed(1)},${y.toFixed(1)}`
  })
  return (
    <svg width={80} height={20} role="img" aria-label={label}>
      <polyline points={points.join(' ')} fill="none" stroke="currentColor" strokeWidth={1.25} />
    </svg>
  )
}
