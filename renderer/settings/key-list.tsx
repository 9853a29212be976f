/** The keys that work everywhere. Each view's own are shown where they act, and in the map that `?` opens. */
import { KeyRows } from '../app/key-rows.tsx'
import { boundKeys } from '../app/keys.ts'
import { Group } from './group.tsx'

export function KeyList() {
  const bindings = boundKeys().flatMap((group) => group.bindings.filter(({ keys }) => keys !== ''))
  return (
    <Group
      title="Keys"
      help="Each view shows its own keys where they act; ? lists those of the view that is open."
    >
      <KeyRows bindings={bindings} className="set-wide set-keys" />
    </Group>
  )
}
