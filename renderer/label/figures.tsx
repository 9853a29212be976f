/** Four figures in words, above the edits. */
export interface Figure {
  name: string
  value: string
  unit?: string
}

export function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl className="lb-figures">
      {figures.map(({ name, value, unit }) => (
        <div key={name}>
          <dt className="label">{name}</dt>
          <dd>
            {value} {unit && <small>{unit}</small>}
          </dd>
        </div>
      ))}
    </dl>
  )
}
