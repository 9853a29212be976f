/** What is wrong in a form, by field: what cannot be read, and what the verb's own schema refuses. */
import type { z } from 'zod'
import { isList, readTexts } from '../../electron/contract/fields.ts'
import { describeVerb, type VerbName } from '../../electron/contract/verbs.ts'
import { type FormField, inputOf, type Values } from './form-fields.ts'

export type FieldErrors = Readonly<Record<string, string>>

/** @returns a sentence for each field with a mistake, by its key; a required field that is empty is one */
export function errorsOf(verb: VerbName, fields: readonly FormField[], values: Values): FieldErrors {
  const unreadable = Object.fromEntries(fields.flatMap((field) => unreadableIn(field, values)))
  const readable = Object.fromEntries(Object.entries(values).filter(([key]) => !(key in unreadable)))
  const input = { project: 'x', ...inputOf(fields, readable) }
  const { error } = describeVerb(verb).input.safeParse(input)
  const refused = (error?.issues ?? []).map(
    (issue) => [fieldAt(fields, issue.path), sentenceOf(issue)] as const,
  )
  return { ...Object.fromEntries(refused.filter(([key]) => key !== '').reverse()), ...unreadable }
}

function unreadableIn(field: FormField, values: Values): [string, string][] {
  const text = values[field.key]?.trim() ?? ''
  if (text === '') return []
  try {
    readTexts(field, isList(field) ? text.split(',') : [text], 'This')
    return []
  } catch (error) {
    return [[field.key, (error as Error).message.replace(/^This: /, '')]]
  }
}

/** The key of the field with the longest path that begins the issue's, or that the issue's begins; empty if none. */
function fieldAt(fields: readonly FormField[], path: readonly PropertyKey[]): string {
  const at = path.join('.')
  const own = fields.filter(({ key }) => at === key || at.startsWith(`${key}.`))
  const [longest] = own.sort((a, b) => b.key.length - a.key.length)
  return (longest ?? fields.find(({ key }) => at !== '' && key.startsWith(`${at}.`)))?.key ?? ''
}

const missing = 'This is required.'

function sentenceOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      return issue.origin === 'string' ? missing : `Must be ${atLeast(issue)}.`
    case 'too_big':
      return `Must be ${issue.inclusive === false ? 'below' : 'at most'} ${issue.maximum}.`
    case 'invalid_type':
      if (issue.expected === 'int') return 'Must be a whole number.'
      return issue.input === undefined ? missing : `Must be a ${issue.expected}.`
    case 'invalid_value':
      return `Must be one of ${issue.values.join(', ')}.`
    default:
      return sentenceFrom(issue.message)
  }
}

function sentenceFrom(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`.replace(/\.\.$/, '.')
}

function atLeast({ minimum, inclusive }: z.core.$ZodIssueTooSmall): string {
  return inclusive === false ? `above ${minimum}` : `at least ${minimum}`
}
