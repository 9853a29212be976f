/** The settings of a form, each with its sentence: as a choice, or as a text with what counts where it is left empty. */
import { useQuery } from '@tanstack/react-query'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { Field } from '../ui/kit.tsx'
import type { FormField, Values } from './form-fields.ts'

interface Change {
  onChange: (path: string, value: string) => void
  /** What a choice that is left alone stands for. */
  emptyMeans?: string
}

export function Settings({
  fields,
  values,
  ...change
}: { fields: readonly FormField[]; values: Values } & Change) {
  return fields.map((field) => (
    <Setting key={field.path} field={field} value={values[field.path] ?? ''} {...change} />
  ))
}

function Setting({
  field,
  value,
  onChange,
  emptyMeans = 'default',
}: { field: FormField; value: string } & Change) {
  const { path, label, help, kind, choices, fallback, isRequired } = field
  const isModel = ['model', 'policy', 'rewardModel'].includes(path)
  const shared = {
    value,
    required: isRequired,
    placeholder: fallback,
    onChange: ({ target }: { target: { value: string } }) => onChange(path, target.value),
  }
  return (
    <Field label={label} help={help}>
      {kind === 'choice' || kind === 'boolean' ? (
        <select {...shared}>
          <option value="">
            {fallback} ({emptyMeans})
          </option>
          {(kind === 'boolean' ? ['true', 'false'] : choices).map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : (
        <>
          <input
            {...shared}
            inputMode={kind === 'number' ? 'decimal' : 'text'}
            list={isModel ? 'models' : undefined}
          />
          {isModel && <ModelNames />}
        </>
      )}
    </Field>
  )
}

function ModelNames() {
  const project = useProject()
  const { data } = useQuery({ queryKey: ['models', project], queryFn: () => host.models.list({ project }) })
  return (
    <datalist id="models">
      {(data ?? []).map(({ id, name }) => (
        <option key={id} value={name} />
      ))}
    </datalist>
  )
}
