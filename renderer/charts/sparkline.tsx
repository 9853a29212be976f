/** A curve the size of a word; its end is a dot. */

const [width, height, room] = [88, 20, 3]

export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  if (values.length < 2) return null
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const points = values.map((value, i) => {
    const x = room + ((width - 2 * room) * i) / (values.length - 1)
    const y = high === low ? height / 2 : height - room - ((height - 2 * room) * (value - low)) / (high - low)
    return [x, y] as const
  })
  const [endX, endY] = points.at(-1)!
  return (
    <svg width={width} height={height} role="img" aria-label={label}>
      <polyline
        points={points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}
        fill="none"
        stroke="var(--ink-2)"
        strokeWidth={1.25}
        strokeLinejoin="round"
      />
      <circle cx={endX} cy={endY} r={2.25} fill="var(--accent)" />
    </svg>
  )
}
