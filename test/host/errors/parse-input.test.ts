import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { parseInput } from '../../../electron/host/errors/parse-input.ts'

const schema = z.strictObject({
  name: z.string(),
  config: z.strictObject({ learningRate: z.number().positive(), maxKl: z.number().default(1) }),
})

function refuses(input: unknown, message: string | RegExp): void {
  assert.throws(() => parseInput(schema, input), { code: 'bad_input', message })
}

test('a parsed input has its defaults', () => {
  const input = { name: 'x', config: { learningRate: 1 } }
  assert.deepEqual(parseInput(schema, input), { name: 'x', config: { learningRate: 1, maxKl: 1 } })
})

test('a missing value is named by its path', () => {
  refuses({ config: { learningRate: 1 } }, '"name" is missing.')
  refuses({ name: 'x', config: {} }, '"config.learningRate" is missing.')
  refuses(undefined, 'The input is missing.')
})

test('a value of the wrong type is not called missing', () => {
  refuses({ name: null, config: { learningRate: 1 } }, /^"name": invalid input: expected string/)
  refuses({ name: 'x', config: { learningRate: Number.NaN } }, /^"config\.learningRate": invalid input/)
})

test('an unknown key gets the valid key that is nearest, or all of them', () => {
  refuses(
    { name: 'x', config: { learningRate: 1, max_kl: 1 } },
    '"config": unknown key "max_kl". Did you mean "maxKl"?',
  )
  refuses(
    { name: 'x', config: { learningRate: 1, q: 1 } },
    '"config": unknown key "q". Valid keys: learningRate, maxKl.',
  )
})

test('the caller decides what a place is called', () => {
  const nameOf = (path: string[]) => `--${path.join('-')}`
  assert.throws(() => parseInput(schema, { name: 'x', config: {} }, nameOf), {
    message: '--config-learningRate is missing.',
  })
})
