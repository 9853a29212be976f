/** The state of an item, of the newest work on it by anyone, as an icon and a word. */
import type { ItemRow } from '../../electron/contract/data.ts'
import { Icon } from '../ui/icons.tsx'
import '../ui/state.css'
import { itemStates } from './words.ts'

export function ItemStatePill({ row: { state, rejected } }: { row: Pick<ItemRow, 'state' | 'rejected'> }) {
  const { text, icon } = itemStates[state ?? 'none']
  if (rejected === null)
    return (
      <span className="pill plain" title="This item has no response to edit.">
        <Icon name="minus" />
        Reference
      </span>
    )
  return (
    <span className="pill plain" title="Of the newest work on it, by any annotator">
      <Icon name={icon} />
      {text}
    </span>
  )
}
