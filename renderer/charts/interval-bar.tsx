/** A win rate with its interval on a line from 0 to 100 with a mark at 50; hollow if the interval includes 50. */
export function IntervalBar({
  value,
  low,
  high,
  label,
}: {
  value: number
  low: number
  high: number
  label: string
}) {
  const x = (percent: number) => 4 + 1.92 * percent
  const isClear = low > 50 || high < 50
  return (
    <svg
      width={200}
      height={18}
      role="img"
      aria-label={`${label}: ${value.toFixed(1)}%, 95% interval ${low.toFixed(1)} to ${high.toFixed(1)}`}
    >
      <line x1={4} x2={196} y1={9} y2={9} stroke="currentColor" strokeOpacity={0.25} />
      <line x1={100} x2={100} y1={0} y2={18} stroke="currentColor" strokeDasharray="2 2" />
      <line x1={x(low)} x2={x(high)} y1={9} y2={9} stroke="#0072B2" strokeWidth={4} />
      <circle
        cx={x(value)}
        cy={9}
        r={5}
        stroke="#0072B2"
        strokeWidth={2}
        fill={isClear ? '#0072B2' : 'var(--sheet)'}
      />
    </svg>
  )
}
