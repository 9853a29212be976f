/** Reads keys of parsed JSON from other programs; anything unexpected is an error with file and key. */
import { UserError } from '../../contract/errors.ts'

export type JsonObject = { [key: string]: unknown }

/** Where a value is, such as `models/x/tokenizer.json` and `model.vocab`. */
export interface JsonPlace {
  file: string
  key: string
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @throws UserError that names file and key, shows the value and says what was expected */
export function refuse(place: JsonPlace, value: unknown, expected: string): never {
  const problem = value === undefined ? 'is missing' : `is ${JSON.stringify(value)?.slice(0, 80)}`
  throw new UserError('bad_input', `${place.file}: "${place.key}" ${problem}; ${expected}`)
}

export function at(place: JsonPlace, key: string | number): JsonPlace {
  const step = typeof key === 'number' ? `[${key}]` : place.key === '' ? key : `.${key}`
  return { file: place.file, key: place.key + step }
}

export function readObject(value: unknown, place: JsonPlace): JsonObject {
  return isObject(value) ? value : refuse(place, value, 'it must be an object.')
}

export function readArray(value: unknown, place: JsonPlace): unknown[] {
  return Array.isArray(value) ? value : refuse(place, value, 'it must be a list.')
}

export function readString(value: unknown, place: JsonPlace): string {
  return typeof value === 'string' ? value : refuse(place, value, 'it must be a text.')
}

/** A boolean, or the default if it is missing or null. */
export function readFlag(value: unknown, place: JsonPlace, defaultValue: boolean): boolean {
  if (value === undefined || value === null) return defaultValue
  return typeof value === 'boolean' ? value : refuse(place, value, 'it must be true or false.')
}

/** Whether it is a token id: a non-negative integer below 2^31. */
export function isTokenId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31
}

export function readId(value: unknown, place: JsonPlace): number {
  return isTokenId(value) ? value : refuse(place, value, 'it must be a token id.')
}
