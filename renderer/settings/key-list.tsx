/** The keys that work everywhere. Each view's own are shown where they act, and in the map that `?` opens. */
import { boundKeys } from '../app/keys.ts'
import { Keys } from '../ui/keys.tsx'
import { Group } from './group.tsx'

export function KeyList() {
  const bindings = boundKeys().flatMap((group) => group.bindings.filter(({ keys }) => keys !== ''))
  return (
    <Group
      title="Keys"
      help="Each view shows its own keys where they act; ? lists those of the view that is open."
    >
      <dl className="set-wide key-list set-keys">
        {bindings.map(({ keys, does }) => (
          <div key={keys}>
            <dt>
              <Keys keys={keys} />
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Group>
  )
}
