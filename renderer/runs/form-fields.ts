/** A verb's fields as a form shows and reads them, and the same values as a command for a terminal. */
import {
  type Field,
  fieldsOf,
  isList,
  readTexts,
  setAt,
  switchFlags,
  writtenValue,
} from '../../electron/contract/fields.ts'
import {
  type SettingGroup,
  settingGroups,
  settingName,
  settingWords,
  wordsOfSetting,
} from '../../electron/contract/setting-words.ts'
import { describeVerb, type VerbName } from '../../electron/contract/verbs.ts'

export interface FormField extends Field {
  /** The path as one text: `config.klCoef`. */
  key: string
  /** What applies if the field is left empty, as it would be typed; empty if nothing does. */
  fallback: string
}

/** Texts typed into a form, by the fields' keys. */
export type Values = Record<string, string>

/** The fields of a verb except its project, which a form has from its address. */
export function formFields(verb: VerbName): FormField[] {
  return fieldsOf(describeVerb(verb).input)
    .filter(({ kind, name }) => kind !== 'file' && name !== 'project')
    .map((field) => ({ ...field, key: field.path.join('.'), fallback: writtenValue(field, field.default) }))
}

/** What code and docs call the field: `klCoef`. */
export function identifierOf({ path }: Field): string {
  return settingName(path)
}

export interface FieldGroup {
  group: SettingGroup
  fields: FormField[]
}

/** @returns the fields by group, in the order of the groups and, within one, of the table of words */
export function grouped(fields: readonly FormField[]): FieldGroup[] {
  const order = Object.keys(settingWords)
  const placeOf = ({ path }: FormField) => order.indexOf(settingName(path))
  const sorted = [...fields].sort((a, b) => placeOf(a) - placeOf(b))
  const groups = Object.keys(settingGroups) as SettingGroup[]
  return groups.flatMap((group) => {
    const own = sorted.filter(({ path, label }) => wordsOfSetting(path, label).group === group)
    return own.length > 0 ? [{ group, fields: own }] : []
  })
}

export function isMain({ path, label }: FormField): boolean {
  return wordsOfSetting(path, label).isMain === true
}

/**
 * @returns the verb's input without its project: what was typed; fields left empty are left to their defaults
 * @throws UserError that names the field if a text cannot be read
 */
export function inputOf(fields: readonly FormField[], values: Values): Record<string, unknown> {
  const input: Record<string, unknown> = {}
  for (const { field, text } of changed(fields, values)) {
    const texts = isList(field) ? text.split(',').map((part) => part.trim()) : [text]
    setAt(input, field.path, readTexts(field, texts, field.label))
  }
  return input
}

function changed(fields: readonly FormField[], values: Values): { field: FormField; text: string }[] {
  return fields.flatMap((field) => {
    const text = values[field.key]?.trim() ?? ''
    return text === '' || text === field.fallback ? [] : [{ field, text }]
  })
}

/** The input of a verb, or a part of it, as texts. */
export function valuesOf(fields: readonly FormField[], input: object): Values {
  const entries = fields.map((field) => [field.key, writtenValue(field, valueAt(input, field.path))] as const)
  return Object.fromEntries(entries.filter(([, text]) => text !== ''))
}

export function valueAt(input: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => Object(at)[name], input)
}

/** The same for a terminal; arguments that are missing are named in capitals, as in help. */
export function commandOf(
  verb: VerbName,
  project: string,
  fields: readonly FormField[],
  values: Values,
): string {
  const positional = fields
    .filter((field) => field.positional !== null)
    .map(({ key, value }) => quoted(values[key]?.trim() || value))
  const options = changed(fields, values)
    .filter(({ field }) => field.positional === null)
    .map(({ field, text }) => optionOf(field, text))
  return ['stet', verb, quoted(project), ...positional, ...options].join(' ')
}

function optionOf(field: FormField, text: string): string {
  if (field.kind !== 'boolean') return `--${field.name} ${quoted(text)}`
  const isOff = text === 'false'
  return switchFlags(field).find((flag) => (flag === `--no-${field.name}`) === isOff) ?? ''
}

function quoted(text: string): string {
  return /^[\w./:=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
