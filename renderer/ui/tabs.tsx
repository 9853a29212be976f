/** A row of tabs, one of them selected; what it shows is the caller's. */

export function Tabs<Name extends string>({
  label,
  names,
  selected,
  onSelect,
}: {
  label: string
  names: readonly Name[]
  selected: Name
  onSelect: (name: Name) => void
}) {
  return (
    <div role="tablist" aria-label={label} className="row wrap">
      {names.map((name) => (
        <button
          type="button"
          role="tab"
          key={name}
          className="tab"
          aria-selected={name === selected}
          onClick={() => onSelect(name)}
        >
          {name}
        </button>
      ))}
    </div>
  )
}
