/** The settings of a form, each with its sentence: a choice, or a text whose placeholder is what applies if it is empty. */
import { useQuery } from '@tanstack/react-query'
import { runKinds } from '../../electron/contract/run-kinds/index.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { Field } from '../ui/field.tsx'
import { type FormField, identifierOf, titleOf, type Values } from './form-fields.ts'

interface Change {
  onChange: (key: string, text: string) => void
  /** What an option that is left alone stands for. */
  emptyMeans?: string
}

export function Settings({
  fields,
  values,
  ...change
}: { fields: readonly FormField[]; values: Values } & Change) {
  return fields.map((field) => (
    <Setting key={field.key} field={field} text={values[field.key] ?? ''} {...change} />
  ))
}

const modelFields = new Set(Object.values(runKinds).flatMap(({ models }) => Object.keys(models)))

function Setting({
  field,
  text,
  onChange,
  emptyMeans = 'default',
}: { field: FormField; text: string } & Change) {
  const { key, description, kind, fallback, required } = field
  const isModel = modelFields.has(key)
  const shared = {
    required,
    value: text,
    placeholder: fallback,
    onChange: ({ target }: { target: { value: string } }) => onChange(key, target.value),
  }
  const options = optionsOf(field)
  return (
    <Field label={titleOf(field)} tooltip={identifierOf(field)} help={description}>
      {options ? (
        <select {...shared}>
          <option value="">
            {fallback} ({emptyMeans})
          </option>
          {options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      ) : (
        <input
          {...shared}
          inputMode={kind === 'number' ? 'decimal' : 'text'}
          list={isModel ? 'models' : undefined}
        />
      )}
      {isModel && <ModelNames />}
    </Field>
  )
}

/** Null if any text may be typed. */
function optionsOf({ kind, choices }: FormField): string[] | null {
  if (kind === 'boolean') return ['true', 'false']
  return kind === 'text' ? choices : null
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
