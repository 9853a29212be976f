/** Checks an input against its schema; a mistake in it is one sentence that names the key, and the key that was meant. */
import { z } from 'zod'
import { UserError } from '../../contract/errors.ts'
import { align } from '../../pipeline/label/align.ts'

type Issue = z.core.$ZodIssue

/** Names the place of a value, such as `"config.learningRate"` or `--learning-rate`. */
export type NameOf = (path: string[]) => string

/**
 * @param nameOf defaults to the path, as in `"config.learningRate"`
 * @returns the input with its defaults
 * @throws UserError `bad_input` for the first mistake
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  nameOf: NameOf = joined,
): z.output<Schema> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  throw inputMistake(parsed.error.issues[0]!, schema, input, nameOf)
}

/** @param issue what the schema reports of the input */
export function inputMistake(
  issue: Issue,
  schema: z.ZodType,
  input: unknown,
  nameOf: NameOf = joined,
): UserError {
  return new UserError('bad_input', describe(issue, schema, input, nameOf))
}

function describe(issue: Issue, schema: z.ZodType, input: unknown, nameOf: NameOf): string {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') return describeUnknownKey(issue.keys[0]!, path, schema, nameOf)
  if (issue.code === 'invalid_type' && valueAt(input, issue.path) === undefined)
    return `${nameOf(path)} is missing.`
  const { message } = issue
  return `${nameOf(path)}: ${message.charAt(0).toLowerCase()}${message.slice(1)}.`
}

function joined(path: string[]): string {
  return path.length === 0 ? 'The input' : `"${path.join('.')}"`
}

function valueAt(value: unknown, [key, ...rest]: readonly PropertyKey[]): unknown {
  if (key === undefined || typeof value !== 'object' || value === null) return value
  return valueAt((value as Record<PropertyKey, unknown>)[key], rest)
}

function describeUnknownKey(key: string, path: string[], schema: z.ZodType, nameOf: NameOf): string {
  const validKeys = keysAt(z.toJSONSchema(schema, { io: 'input', reused: 'inline' }), path)
  const nearest = nearestOf(key, validKeys)
  const advice = nearest ? `Did you mean "${nearest}"?` : `Valid keys: ${validKeys.join(', ')}.`
  return `${path.length > 0 ? `${nameOf(path)}: ` : ''}unknown key "${key}". ${advice}`
}

function keysAt(schema: z.core.JSONSchema.BaseSchema, [key, ...rest]: string[]): string[] {
  const object = schema.anyOf?.find((choice) => typeof choice === 'object' && choice.properties) ?? schema
  const properties = typeof object === 'object' ? (object.properties ?? {}) : {}
  if (key === undefined) return Object.keys(properties)
  const inner = properties[key]
  return typeof inner === 'object' ? keysAt(inner, rest) : []
}

/** The valid key with the smallest edit distance, unless even that changes nearly half of it. */
function nearestOf(key: string, validKeys: string[]): string | null {
  const codes = (text: string) =>
    Array.from(text.toLowerCase().replaceAll(/[-_]/g, ''), (c) => c.codePointAt(0)!)
  const distances = validKeys.map((name) => ({ name, distance: align(codes(key), codes(name)).distance }))
  const nearest = distances.sort((a, b) => a.distance - b.distance)[0]
  return nearest && nearest.distance <= 0.4 * Math.max(key.length, nearest.name.length) ? nearest.name : null
}
