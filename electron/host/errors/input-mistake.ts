/** What is wrong with an input, in one sentence that names the key; a misspelt key gets the nearest known one. */
import { z } from 'zod'
import { align } from '../../pipeline/label/align.ts'

type Issue = z.core.$ZodIssue

/** Names the place of a value, such as `config.learningRate` or `--learning-rate`. */
export type NameOf = (path: string[]) => string

/** @param input the schema that the issue is of */
export function describeMistake(issue: Issue, input: z.ZodType, nameOf: NameOf = joined): string {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') return describeUnknownKey(issue.keys[0]!, path, input, nameOf)
  if (isMissing(issue)) return `${nameOf(path)} is missing.`
  const { message } = issue
  return `${nameOf(path)}: ${message.charAt(0).toLowerCase()}${message.slice(1)}.`
}

function joined(path: string[]): string {
  return `"${path.join('.')}"`
}

function isMissing(issue: Issue): boolean {
  return (
    issue.code === 'invalid_type' && issue.input === undefined && issue.message.endsWith('received undefined')
  )
}

function describeUnknownKey(key: string, path: string[], input: z.ZodType, nameOf: NameOf): string {
  const known = keysAt(z.toJSONSchema(input, { io: 'input', reused: 'inline' }), path)
  const nearest = nearestOf(key, known)
  const advice = nearest ? `Did you mean "${nearest}"?` : `Known are ${known.join(', ')}.`
  return `${path.length > 0 ? `${nameOf(path)}: ` : ''}there is no key "${key}". ${advice}`
}

function keysAt(schema: z.core.JSONSchema.BaseSchema, [key, ...rest]: string[]): string[] {
  const object = schema.anyOf?.find((choice) => typeof choice === 'object' && choice.properties) ?? schema
  const properties = typeof object === 'object' ? (object.properties ?? {}) : {}
  if (key === undefined) return Object.keys(properties)
  const inner = properties[key]
  return typeof inner === 'object' ? keysAt(inner, rest) : []
}

/** The known key of least edit distance, unless even that changes nearly half of it. */
function nearestOf(key: string, known: string[]): string | null {
  const codes = (text: string) =>
    Array.from(text.toLowerCase().replaceAll(/[-_]/g, ''), (c) => c.codePointAt(0)!)
  const distances = known.map((name) => ({ name, distance: align(codes(key), codes(name)).distance }))
  const nearest = distances.sort((a, b) => a.distance - b.distance)[0]
  return nearest && nearest.distance <= 0.4 * Math.max(key.length, nearest.name.length) ? nearest.name : null
}
