/** One setting of a form: its label in words, a control with the unit inside, its sentence, its error, Reset. */
import { useQuery } from '@tanstack/react-query'
import { trainingJudgeChoices } from '../../electron/contract/judge-kinds.ts'
import { placementNames } from '../../electron/contract/run-kinds/ppo-choices.ts'
import { placementWords, wordsOfSetting } from '../../electron/contract/setting-words.ts'
import { host } from '../app/connection.ts'
import { DatasetPicker } from '../app/dataset-picker.tsx'
import { useProject } from '../app/navigation.ts'
import { Combobox } from '../ui/combobox.tsx'
import { Field, Input } from '../ui/field.tsx'
import { Radios } from '../ui/radios.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { type Option, Select } from '../ui/select.tsx'
import { fittingModels, modelFields } from './fitting-models.ts'
import type { FieldErrors } from './form-errors.ts'
import { type FormField, identifierOf, type Values } from './form-fields.ts'

interface Form {
  values: Values
  onChange: (key: string, text: string | undefined) => void
  errors?: FieldErrors
  /** Whether rare choices are offered too. */
  isWhole?: boolean
}

export function Settings({ fields, ...form }: { fields: readonly FormField[] } & Form) {
  return fields.map((field) => <Setting key={field.key} field={field} {...form} />)
}

function Setting({ field, values, onChange, errors = {}, isWhole = false }: { field: FormField } & Form) {
  const { key, path, description, fallback } = field
  const { label, help = description } = wordsOfSetting(path, field.label)
  const text = values[key] ?? fallback
  const isChanged = text.trim() !== fallback && text.trim() !== ''
  const control = { field, label, text, isWhole, onChange: (next: string) => onChange(key, next) }
  return (
    <div className={key === 'config.placement' || key === 'datasets' ? 'wide' : undefined} id={fieldId(key)}>
      <Field
        label={label}
        tooltip={`--${field.name} (${identifierOf(field)})`}
        help={key === 'config.placement' ? undefined : help}
        error={errors[key]}
        isOptional={!field.required && fallback === '' && key !== 'datasets'}
        isChanged={isChanged && (fallback !== '' || !field.required) && key !== 'name'}
        onReset={() => onChange(key, undefined)}
      >
        <Control {...control} />
      </Field>
    </div>
  )
}

/** Of the element around a field, to bring it into sight. */
export function fieldId(key: string): string {
  return `setting-${key}`
}

interface ControlProps {
  field: FormField
  label: string
  text: string
  isWhole: boolean
  onChange: (text: string) => void
}

function Control(props: ControlProps) {
  const { field, text, label, onChange } = props
  const { key, path, kind, choices } = field
  if (modelFields.has(key)) return <ModelPicker {...props} />
  if (key === 'datasets') return <DatasetNames {...props} />
  if (key === 'judge') return <JudgePicker {...props} />
  if (key === 'config.placement') return <PlacementCards {...props} />
  if (kind === 'boolean')
    return (
      <Segmented
        label={label}
        value={text === 'true' ? 'true' : 'false'}
        segments={[
          { value: 'false', text: 'Off' },
          { value: 'true', text: 'On' },
        ]}
        onChange={onChange}
      />
    )
  if (kind === 'text' && choices) return <Choice {...props} />
  const { unit = field.unit } = wordsOfSetting(path, field.label)
  return (
    <Input
      value={text}
      placeholder={field.fallback}
      unit={unit ?? undefined}
      inputMode={kind === 'number' ? 'decimal' : 'text'}
      autoComplete="off"
      onChange={({ target }) => onChange(target.value)}
    />
  )
}

/** In a select, a value stands for none. */
const none = 'none'

function Choice({ field, label, text, onChange }: ControlProps) {
  const { choices = {} } = wordsOfSetting(field.path, label)
  const options: Option<string>[] = [
    ...(field.nullable ? [{ value: none, text: 'None' }] : []),
    ...field.choices!.map((value) => ({ value, text: choices[value] ?? value })),
  ]
  return <Select options={options} value={text === '' ? none : text} onChange={onChange} />
}

/** The two that most runs choose between. */
const basicPlacements: readonly string[] = placementNames.slice(0, 2)

function PlacementCards({ text, isWhole, onChange }: ControlProps) {
  const shown = placementNames.filter(
    (name) => isWhole || name === text || basicPlacements.includes(name) || !basicPlacements.includes(text),
  )
  return (
    <Radios
      areCards
      value={text}
      options={shown.map((value) => ({
        value,
        text: placementWords[value].title,
        help: placementWords[value].help,
      }))}
      onChange={onChange}
    />
  )
}

const presetModels = [
  { value: 'world', text: 'New: the model of the sample world' },
  { value: 'tiny', text: 'New: a tiny model' },
]

/** A model of the project, or the path of another one. */
function ModelPicker({ field: { key }, text, onChange }: ControlProps) {
  const project = useProject()
  const { data } = useQuery({ queryKey: ['models', project], queryFn: () => host.models.list({ project }) })
  const own = fittingModels(key, data ?? []).map((name) => ({ value: name, text: name }))
  const isStart = key === 'model'
  const list = isStart ? [...own, ...presetModels] : own
  return (
    <Combobox
      isFree
      options={list}
      value={text}
      onChange={onChange}
      placeholder={key === 'sequenceModel' ? 'None' : 'Choose, or give a path'}
    />
  )
}

/** A judge in sight, or the written form of any other. */
function JudgePicker({ text, onChange }: ControlProps) {
  const project = useProject()
  const { data } = useQuery({ queryKey: ['models', project], queryFn: () => host.models.list({ project }) })
  const namesOf = (kind: string) => [
    ...new Set((data ?? []).flatMap((model) => (model.kind === kind ? [model.name] : []))),
  ]
  const choices = trainingJudgeChoices({
    language: namesOf('language'),
    reward: namesOf('reward'),
    server: null,
  })
  const options = choices.flatMap(({ written, label }) =>
    written === null ? [] : [{ value: written, text: `${label[0]!.toUpperCase()}${label.slice(1)}` }],
  )
  return <Combobox isFree options={options} value={text} onChange={onChange} placeholder="No judge" />
}

/** The datasets' names in one text, as the command line takes them. */
function DatasetNames({ text, onChange }: ControlProps) {
  const chosen = text.split(',').flatMap((name) => name.trim() || [])
  return <DatasetPicker chosen={chosen} onChange={(names) => onChange(names.join(', '))} />
}
