/** Under which name one's work is saved; the names of others who worked in the project are offered. */
import { useQuery } from '@tanstack/react-query'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { changeSettings, useSettings } from '../app/settings.ts'
import { Combobox } from '../ui/combobox.tsx'
import { Field } from '../ui/field.tsx'
import { Group } from './group.tsx'

export function You() {
  const project = useProject()
  const { annotator } = useSettings()
  const { data } = useQuery({
    queryKey: ['overview', project],
    queryFn: () => host.projects.overview({ project }),
  })
  const names = [...new Set([annotator, ...(data?.annotators ?? [])])]
  return (
    <Group title="You">
      <Field
        label="Name"
        help="Your annotations and verdicts are saved under this name. Choose another to work as that person."
      >
        <Combobox
          isFree
          options={names.map((value) => ({ value, text: value }))}
          value={annotator}
          onChange={(name) => name.trim() && changeSettings({ annotator: name })}
        />
      </Field>
    </Group>
  )
}
