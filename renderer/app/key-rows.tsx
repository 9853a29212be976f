/** Keys and what they do, one row each. */
import { Keys } from '../ui/keys.tsx'
import type { KeyBinding } from './keys.ts'

export function KeyRows({
  bindings,
  className = '',
}: {
  bindings: readonly KeyBinding[]
  className?: string
}) {
  return (
    <dl className={`key-list ${className}`}>
      {bindings.map(({ keys, does }) => (
        <div key={keys}>
          <dt>
            <Keys keys={keys} />
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  )
}
