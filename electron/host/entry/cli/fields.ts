/**
 * A verb's input schema as command-line fields: which arguments and options there are, and how the texts given
 * become the input. Knows no verb: names, defaults and descriptions are the contract's.
 */
import assert from 'node:assert/strict'
import { z } from 'zod'
import { UserError } from '../../../contract/errors.ts'

type Schema = z.core.JSONSchema.BaseSchema

export interface Field {
  /** Where its value goes in the input. */
  path: string[]
  /** Without dashes: `learning-rate`, `tripwires.max-kl`; null for the file that holds a flat object. */
  name: string
  kind: 'text' | 'number' | 'boolean' | 'texts' | 'numbers' | 'pairs' | 'file'
  positional: number | null
  choices: string[] | null
  nullable: boolean
  required: boolean
  default: unknown
  description: string
  /** What the option takes, for help. */
  value: string
}

/** The fields of an input schema, arguments first and in order. */
export function fieldsOf(input: z.ZodType): Field[] {
  const schema = z.toJSONSchema(input, { io: 'input', reused: 'inline' })
  const fields = objectFields(schema, [], '')
  return fields.sort((a, b) => (a.positional ?? 100) - (b.positional ?? 100))
}

function objectFields(schema: Schema, path: string[], prefix: string): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    assert(typeof property === 'object')
    const required = schema.required?.includes(key) ?? false
    return propertyFields(property, [...path, key], `${prefix}${kebab(key)}`, required)
  })
}

function propertyFields(property: Schema, path: string[], name: string, required: boolean): Field[] {
  const { inner, nullable } = withoutNull(property)
  const field = {
    path,
    name,
    nullable,
    required,
    positional: numberOf(property.positional),
    choices: null,
    default: property.default,
    description: String(property.description ?? inner.description ?? ''),
    value: String(property.value ?? inner.value ?? valueName(inner)),
  }
  if (inner.properties && property.flat === true)
    return [configFile(field), ...optional(objectFields(inner, path, ''))]
  if (inner.properties) return optional(objectFields(inner, path, `${name}.`))
  return [{ ...field, ...kindOf(inner, name) }]
}

function configFile(field: Omit<Field, 'kind'>): Field {
  const description = 'JSON file with settings; options given beside it go before it.'
  return { ...field, kind: 'file', value: 'FILE', description, default: undefined }
}

/** A field inside an object need not be given where the object need not. */
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
  assert(
    schema.type === 'array' && typeof items === 'object' && !Array.isArray(items),
    `--${name} has no form`,
  )
  return { kind: isNumber(items) ? 'numbers' : 'texts', choices: items.enum ? items.enum.map(String) : null }
}

function isNumber({ type }: Schema): boolean {
  return type === 'number' || type === 'integer'
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}

function valueName(schema: Schema): string {
  return isNumber(schema) ? 'N' : 'TEXT'
}

function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** What a field is called in messages. */
export function labelOf({ name, positional, value }: Field): string {
  return positional === null ? `--${name}` : value
}

/** The texts given for each field; absent fields are not in the map. */
export type Given = Map<Field, string | boolean | string[]>

/**
 * @param readConfig gives the parsed content of a config file
 * @returns the input as the contract takes it; ranges and required fields are the contract's to check
 * @throws UserError that names the option whose text can't be read
 */
export function toInput(given: Given, readConfig: (file: string) => object): object {
  const input: Record<string, unknown> = {}
  for (const [field, value] of given) {
    if (field.kind === 'file') setAt(input, field.path, readConfig(String(value)))
  }
  for (const [field, value] of given) {
    if (field.kind !== 'file') setAt(input, field.path, readValue(field, value))
  }
  return input
}

function setAt(target: Record<string, unknown>, [key, ...rest]: string[], value: unknown): void {
  assert(key !== undefined)
  if (rest.length === 0) {
    target[key] = value
    return
  }
  const inner = target[key]
  target[key] = isRecord(inner) ? inner : {}
  setAt(target[key] as Record<string, unknown>, rest, value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readValue(field: Field, value: string | boolean | string[]): unknown {
  if (typeof value === 'boolean') return value
  const texts = [value].flat()
  switch (field.kind) {
    case 'texts':
      return field.positional === null ? splitList(texts) : texts
    case 'numbers':
      return splitList(texts).map((text) => toNumber(field, text))
    case 'pairs':
      return Object.fromEntries(texts.map((text) => toPair(field, text)))
    case 'number':
      return field.nullable && value === 'none' ? null : toNumber(field, texts[0]!)
    default:
      return field.nullable && value === 'none' ? null : texts[0]
  }
}

/** Lists are given by commas, by giving the option again, or both. */
function splitList(texts: string[]): string[] {
  return texts.flatMap((text) => text.split(','))
}

function toNumber(field: Field, text: string): number {
  const number = Number(text)
  if (text.trim() !== '' && !Number.isNaN(number)) return number
  const none = field.nullable ? ', or "none"' : ''
  throw new UserError('bad_input', `${labelOf(field)}: "${text}" is not a number. Give one${none}.`)
}

function toPair(field: Field, text: string): [string, string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw new UserError('bad_input', `${labelOf(field)}: "${text}" is not of the form ${field.value}.`)
}
