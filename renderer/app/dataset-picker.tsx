/** A choice among the project's datasets. */
import { useQuery } from '@tanstack/react-query'
import { Checkbox } from '../ui/checkbox.tsx'
import { host } from './connection.ts'
import { useProject } from './navigation.ts'

/** All of the project's datasets (then none is named), or some of them. */
export function DatasetPicker({
  chosen,
  onChange,
}: {
  chosen: readonly string[]
  onChange: (chosen: string[]) => void
}) {
  const project = useProject()
  const { data } = useQuery({
    queryKey: ['overview', project],
    queryFn: () => host.projects.overview({ project }),
  })
  const names = [...new Set((data?.datasets ?? []).map(({ name }) => name))]
  const isOn = (name: string) => chosen.length === 0 || chosen.includes(name)
  const toggle = (name: string) => {
    const next = names.filter((each) => (each === name ? !isOn(each) : isOn(each)))
    onChange(next.length === names.length ? [] : next)
  }
  if (names.length === 0) return <span className="quiet">None yet: import one under Data.</span>
  return (
    // biome-ignore lint/a11y/useSemanticElements: the field names the group
    <div role="group" aria-label="Datasets" className="dataset-choices">
      {names.map((name) => (
        <Checkbox key={name} isChecked={isOn(name)} onChange={() => toggle(name)} label={name} />
      ))}
    </div>
  )
}
