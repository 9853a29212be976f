/**
 * The fields of a verb's input, from its schema: their names, defaults, sentences and units, and how texts become
 * their values. The command line, docs/CLI.md and the UI's forms are all made from these. Metadata of the schema:
 * `positional` numbers an argument, `flat` turns the fields of an object into separate ones, `json` takes an object as JSON text, `value` names what an
 * option takes, `label` and `unit` are for forms.
 */
import { z } from 'zod'
import { UserError } from './errors.ts'

type Schema = z.core.JSONSchema.BaseSchema

export interface Field {
  /** Where its value goes in the input. */
  path: string[]
  /** Without dashes: `learning-rate`, `tripwires.max-kl`. */
  name: string
  /** `file` is a JSON file with all fields of a flat object. */
  kind: 'text' | 'number' | 'boolean' | 'texts' | 'numbers' | 'pairs' | 'json' | 'file'
  /** Its place among the arguments of the command line; null for options. */
  positional: number | null
  choices: string[] | null
  nullable: boolean
  required: boolean
  /** Undefined if the schema has none. */
  default: unknown
  /** One sentence. */
  description: string
  /** What an option takes, for help: `N`, `FILE`. */
  value: string
  /** The field's title in forms: `KL coefficient`. */
  label: string
  /** The unit of a number: `tokens`; null if it has none. */
  unit: string | null
}

/** The fields of an input schema, arguments first and in order. */
export function fieldsOf(input: z.ZodType): Field[] {
  const schema = z.toJSONSchema(input, { io: 'input', reused: 'inline' })
  const fields = objectFields(schema, root)
  return fields.sort((a, b) => (a.positional ?? 100) - (b.positional ?? 100))
}

/** What the fields of an object have in common. */
interface Parent {
  path: string[]
  /** What the names and labels of the fields begin with. */
  namePrefix: string
  labelPrefix: string
}

const root: Parent = { path: [], namePrefix: '', labelPrefix: '' }

function objectFields(schema: Schema, parent: Parent): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    if (typeof property !== 'object') throw new TypeError(`${key} has no schema`)
    return propertyFields(key, property, parent, schema.required?.includes(key) ?? false)
  })
}

function propertyFields(key: string, property: Schema, parent: Parent, required: boolean): Field[] {
  const { inner, nullable } = withoutNull(property)
  const path = [...parent.path, key]
  const name = parent.namePrefix + kebab(key)
  const label = prefixed(parent.labelPrefix, String(property.label ?? inner.label ?? humanLabel(key)))
  if (inner.properties && property.flat !== true)
    return optional(objectFields(inner, { path, namePrefix: `${name}.`, labelPrefix: `${label}: ` }))
  const unit = property.unit ?? inner.unit
  const field = {
    path,
    name,
    label,
    nullable,
    required,
    unit: typeof unit === 'string' ? unit : null,
    positional: typeof property.positional === 'number' ? property.positional : null,
    choices: null,
    default: property.default,
    description: String(property.description ?? inner.description ?? ''),
    value: String(property.value ?? inner.value ?? (isNumber(inner) ? 'N' : 'TEXT')),
  }
  if (inner.properties) return [configFile(field), ...optional(objectFields(inner, { ...root, path }))]
  return [{ ...field, ...(property.json === true ? jsonKind : kindOf(inner, name)) }]
}

const jsonKind = { kind: 'json', choices: null } as const

function configFile(field: Omit<Field, 'kind'>): Field {
  const description = 'JSON file with settings; command-line options override it.'
  return { ...field, kind: 'file', value: 'FILE', description, default: undefined }
}

/** A field inside an object that may be omitted may be omitted too. */
function optional(fields: Field[]): Field[] {
  return fields.map((field) => ({ ...field, required: false }))
}

/** Null is one of a list of types, or of schemas. */
function withoutNull(schema: Schema): { inner: Schema; nullable: boolean } {
  const { type, anyOf } = schema
  const [only] = Array.isArray(type) ? type.filter((name) => name !== 'null') : []
  if (only) return { inner: { ...schema, type: only }, nullable: true }
  const inner = anyOf?.find((choice) => typeof choice === 'object' && choice.type !== 'null')
  return typeof inner === 'object' ? { inner, nullable: true } : { inner: schema, nullable: false }
}

function kindOf(schema: Schema, name: string): Pick<Field, 'kind' | 'choices'> {
  const choices = schema.enum ? schema.enum.map(String) : null
  if (schema.type === 'string') return { kind: 'text', choices }
  if (schema.type === 'boolean') return { kind: 'boolean', choices }
  if (isNumber(schema)) return { kind: 'number', choices }
  if (schema.type === 'object') return { kind: 'pairs', choices }
  const { items } = schema
  if (schema.type !== 'array' || typeof items !== 'object' || Array.isArray(items))
    throw new TypeError(`${name} cannot be written as text`)
  return { kind: isNumber(items) ? 'numbers' : 'texts', choices: items.enum ? items.enum.map(String) : null }
}

function isNumber({ type }: Schema): boolean {
  return type === 'number' || type === 'integer'
}

function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** `warmupSteps` as "Warmup steps". */
export function humanLabel(key: string): string {
  const words = key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** As "Tripwire: max KL". */
function prefixed(prefix: string, label: string): string {
  const isWord = /^[A-Z][a-z]/.test(label)
  return prefix + (prefix !== '' && isWord ? label.charAt(0).toLowerCase() + label.slice(1) : label)
}

export function isList({ kind }: Field): boolean {
  return kind === 'texts' || kind === 'numbers' || kind === 'pairs'
}

/** The flags of a switch: the one that changes its default, or both if it has none. */
export function switchFlags({ name, default: value }: Field): string[] {
  if (value === undefined) return [`--${name}`, `--no-${name}`]
  return [value === true ? `--no-${name}` : `--${name}`]
}

/** A value as a user types it; empty if there is nothing to type. Null is typed `none` where a number is expected. */
export function writtenValue({ kind, nullable }: Field, value: unknown): string {
  if (value === undefined) return ''
  if (value === null) return nullable && kind === 'number' ? 'none' : ''
  if (Array.isArray(value)) return value.join(',')
  if (kind === 'json') return JSON.stringify(value)
  return typeof value === 'object' ? '' : String(value)
}

/**
 * @param texts of the field, as typed: one, or several for a list
 * @param nameInMessages what the user knows the field by
 * @throws UserError that names the field if a text cannot be read
 */
export function readTexts(field: Field, texts: readonly string[], nameInMessages: string): unknown {
  const [first = ''] = texts
  switch (field.kind) {
    case 'texts':
      return field.positional === null ? splitList(texts) : texts
    case 'numbers':
      return splitList(texts).map((text) => toNumber(field, text, nameInMessages))
    case 'pairs':
      return Object.fromEntries(texts.map((text) => toPair(field, text, nameInMessages)))
    case 'json':
      return field.nullable && first === 'none' ? null : toObject(first, nameInMessages)
    case 'boolean':
      return first === 'true'
    case 'number':
      return field.nullable && first === 'none' ? null : toNumber(field, first, nameInMessages)
    default:
      return field.nullable && first === 'none' ? null : first
  }
}

/** A list may be separated by commas, given as several texts, or both. */
function splitList(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split(','))
}

function toNumber({ nullable }: Field, text: string, name: string): number {
  const number = Number(text)
  if (text.trim() !== '' && !Number.isNaN(number)) return number
  const none = nullable ? ', or "none"' : ''
  throw new UserError('bad_input', `${name}: "${text}" is not a number. Enter a number${none}.`)
}

function toObject(text: string, name: string): object {
  const example = 'Give a JSON object, for example {"enable_thinking": false}.'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new UserError(
      'bad_input',
      `${name}: "${text}" is not JSON (${(error as Error).message}). ${example}`,
    )
  }
  if (isRecord(value)) return value
  throw new UserError('bad_input', `${name}: "${text}" is not an object. ${example}`)
}

function toPair({ value }: Field, text: string, name: string): [string, string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw new UserError('bad_input', `${name}: "${text}" is not of the form ${value}.`)
}

/** Sets a value inside nested objects, which are made if they are missing. */
export function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path
  if (key === undefined) throw new TypeError('a path needs a key')
  if (rest.length === 0) {
    target[key] = value
    return
  }
  const inner = target[key]
  const next = isRecord(inner) ? inner : {}
  target[key] = next
  setAt(next, rest, value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
