/** A verb's settings as a form shows them, made from its schema: type, default, choices, one sentence each. */
import { z } from 'zod'
import { describeVerb, type VerbName } from '../../electron/contract/verbs.ts'

export interface FormField {
  /** As `config.klCoef`. */
  path: string
  label: string
  help: string
  kind: 'text' | 'number' | 'boolean' | 'choice' | 'list' | 'json'
  choices: string[]
  /** As it is written; empty where the field must be given. */
  fallback: string
  isRequired: boolean
  isNullable: boolean
  /** Place on the command line; null for options. */
  positional: number | null
}

interface Schema {
  type?: string
  enum?: unknown[]
  properties?: Record<string, Schema>
  required?: string[]
  anyOf?: Schema[]
  allOf?: Schema[]
  description?: string
  default?: unknown
  positional?: number
}

export function formFields(verb: VerbName): FormField[] {
  const schema = z.toJSONSchema(describeVerb(verb).input, { io: 'input', unrepresentable: 'any' }) as Schema
  return fieldsOf(schema, '')
}

/** @returns the fields of those paths, in their order, and the rest */
export function parted(
  fields: readonly FormField[],
  paths: readonly string[],
): { first: FormField[]; rest: FormField[] } {
  const first = paths.flatMap((path) => fields.find((field) => field.path === path) ?? [])
  return { first, rest: fields.filter((field) => !first.includes(field)) }
}

function fieldsOf(schema: Schema, prefix: string): FormField[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`
    if (property.properties) return fieldsOf(property, path)
    return [fieldOf(path, name, property, schema.required?.includes(name) ?? false)]
  })
}

function fieldOf(path: string, label: string, property: Schema, isRequired: boolean): FormField {
  const options = property.anyOf ?? []
  const isNullable = options.some(({ type }) => type === 'null')
  const plain = options.find(({ type }) => type !== 'null') ?? property
  return {
    ...{ path, label, help: property.description ?? '', isRequired, isNullable },
    kind: kindOf(plain),
    choices: (plain.enum ?? []).map(String),
    fallback: written(property.default),
    positional: property.positional ?? null,
  }
}

function kindOf({ type, enum: choices }: Schema): FormField['kind'] {
  if (choices) return 'choice'
  if (type === 'number' || type === 'integer') return 'number'
  if (type === 'boolean') return 'boolean'
  if (type === 'array') return 'list'
  return type === 'object' ? 'json' : 'text'
}

/** A value as it is written into a field; empty where there is none. */
export function written(value: unknown): string {
  if (value === undefined) return ''
  if (value === null) return 'none'
  if (Array.isArray(value)) return value.join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export type Values = Record<string, string>

/** The verb's input: what was written, by its kind; what was left alone is left to the defaults. */
export function inputOf(fields: readonly FormField[], values: Values): Record<string, unknown> {
  const input: Record<string, unknown> = {}
  for (const field of fields) {
    const value = values[field.path]?.trim()
    if (value === undefined || value === '' || value === field.fallback) continue
    const parts = field.path.split('.')
    const parent = parts.slice(0, -1).reduce((at, name) => {
      at[name] ??= {}
      return at[name] as Record<string, unknown>
    }, input)
    parent[parts.at(-1)!] = parsed(field, value)
  }
  return input
}

function parsed({ kind, isNullable }: FormField, value: string): unknown {
  if (isNullable && value === 'none') return null
  if (kind === 'number') return Number(value)
  if (kind === 'boolean') return value === 'true'
  if (kind === 'list') return value.split(',').map((part) => part.trim())
  return kind === 'json' ? JSON.parse(value) : value
}

/** The same for a terminal. */
export function commandOf(
  verb: string,
  project: string,
  fields: readonly FormField[],
  values: Values,
): string {
  const given = fields.filter(({ path, fallback }) => values[path]?.trim() && values[path] !== fallback)
  const positional = fields
    .filter((field) => field.positional !== null && field.path !== 'project')
    .sort((a, b) => a.positional! - b.positional!)
    .map(({ path, label }) => quoted(values[path] || label.toUpperCase()))
  const options = given
    .filter((field) => field.positional === null)
    .map(({ path, kind }) => {
      const flag = `--${path.replace(/^config\./, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
      return kind === 'boolean' ? flag : `${flag} ${quoted(values[path]!)}`
    })
  return ['stet', verb, quoted(project), ...positional, ...options].join(' ')
}

function quoted(text: string): string {
  return /^[\w./:=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
