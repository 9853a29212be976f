/** A row of tabs, one of them selected; what it shows is the caller's. */
import { Tabs as Base } from '@base-ui/react/tabs'
import './tabs.css'

export interface Tab<Name extends string> {
  name: Name
  title: string
  count?: number
}

export function Tabs<Name extends string>({
  label,
  tabs,
  selected,
  onSelect,
}: {
  label: string
  tabs: readonly Tab<Name>[]
  selected: Name
  onSelect: (name: Name) => void
}) {
  return (
    <Base.Root value={selected} onValueChange={(name) => onSelect(name as Name)}>
      <Base.List className="tabs" aria-label={label}>
        {tabs.map(({ name, title, count }) => (
          <Base.Tab key={name} value={name} className="tab">
            {title}
            {count !== undefined && <span className="count">{count.toLocaleString('en')}</span>}
          </Base.Tab>
        ))}
      </Base.List>
    </Base.Root>
  )
}
