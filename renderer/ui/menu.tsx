/** A menu of actions that opens from a button. */
import { Menu as Base } from '@base-ui/react/menu'
import type { ReactElement } from 'react'
import { Icon, type IconName } from './icons.tsx'
import { Keys } from './keys.tsx'
import './float.css'
import './menu.css'

export interface MenuAction {
  text: string
  icon?: IconName
  keys?: string
  isDanger?: boolean
  isDisabled?: boolean
  /** For an action that switches something: whether it is on. */
  isChecked?: boolean
  run: () => void
}

/** An action, a line between groups, or the name of a group. */
export type MenuEntry = MenuAction | 'line' | { group: string; actions: readonly MenuAction[] }

export function Menu({
  trigger,
  entries,
  align = 'start',
}: {
  /** A `Button` or an `IconButton`. */
  trigger: ReactElement
  entries: readonly MenuEntry[]
  align?: 'start' | 'end'
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className="float-at" sideOffset={4} align={align}>
          <Base.Popup className="float menu">
            {entries.map((entry, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: entries have no other key
              <Entry key={i} entry={entry} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

function Entry({ entry }: { entry: MenuEntry }) {
  if (entry === 'line') return <Base.Separator className="menu-line" />
  if (!('group' in entry)) return <Action action={entry} />
  return (
    <Base.Group>
      <Base.GroupLabel className="menu-head">{entry.group}</Base.GroupLabel>
      {entry.actions.map((action) => (
        <Action key={action.text} action={action} />
      ))}
    </Base.Group>
  )
}

function Action({
  action: { text, icon, keys, isDanger, isDisabled, isChecked, run },
}: {
  action: MenuAction
}) {
  const className = `item ${isDanger ? 'danger' : ''}`
  const content = (
    <>
      {icon && <Icon name={icon} />}
      {text}
      {keys && <Keys keys={keys} isHidden />}
    </>
  )
  if (isChecked === undefined)
    return (
      <Base.Item className={className} disabled={isDisabled} onClick={run}>
        {content}
      </Base.Item>
    )
  return (
    <Base.CheckboxItem
      className={className}
      disabled={isDisabled}
      checked={isChecked}
      onCheckedChange={run}
      closeOnClick
    >
      {content}
      <Base.CheckboxItemIndicator className="tick">
        <Icon name="check" isSmall />
      </Base.CheckboxItemIndicator>
    </Base.CheckboxItem>
  )
}
