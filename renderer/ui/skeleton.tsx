/** The shape of what is coming, shown only if it takes longer than 300 ms. */
import './skeleton.css'

/** @param widths of its lines, in percent */
export function Skeleton({ label, widths = [92, 78, 85] }: { label: string; widths?: readonly number[] }) {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {widths.map((width, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other key
        <span key={i} style={{ width: `${width}%` }} />
      ))}
    </div>
  )
}
