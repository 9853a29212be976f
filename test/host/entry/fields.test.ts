import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { type Field, fieldsOf } from '../../../electron/contract/fields.ts'
import { toInput } from '../../../electron/host/entry/cli/fields.ts'

const schema = z.strictObject({
  files: z.array(z.string()).meta({ positional: 1 }),
  seeds: z.array(z.int()).default([1]),
  names: z.array(z.string()).default([]),
  columns: z.record(z.string(), z.string()).default({}),
  limit: z.number().nullable().default(null),
  label: z.string().nullable().default(null),
  config: z
    .prefault(
      z.strictObject({
        learningRate: z.number().default(1),
        quick: z.boolean().default(false),
        careful: z.boolean().default(true),
        wires: z
          .strictObject({ maxKl: z.number().nullable().default(3) })
          .nullable()
          .default(null),
      }),
      {},
    )
    .meta({ flat: true }),
})
const fields = fieldsOf(schema)

/** @param values texts by the field's name on the command line */
function inputOf(values: Record<string, string | boolean | string[]>, configFile: object = {}) {
  const entries = Object.entries(values).map(([name, value]) => {
    const field = fields.find((candidate) => candidate.name === name)
    assert(field, name)
    return [field, value] as [Field, string | boolean | string[]]
  })
  return toInput(new Map(entries), () => configFile)
}

test('fields are named like options, those of a flat object without its name', () => {
  const names = [
    'files',
    'seeds',
    'names',
    'columns',
    'limit',
    'label',
    'config',
    'learning-rate',
    'quick',
    'careful',
    'wires.max-kl',
  ]
  assert.deepEqual(
    fields.map((field) => field.name),
    names,
  )
})

test('texts become values of the schema, at the right place', () => {
  const input = inputOf({
    files: ['a,b', 'c'],
    seeds: ['1,2', '3'],
    names: ['x', 'y,z'],
    columns: ['prompt=question', 'edited=a=b'],
    limit: '2.5',
    label: 'none',
    'learning-rate': '3e-4',
    quick: true,
    careful: false,
    'wires.max-kl': 'none',
  })
  assert.deepEqual(input, {
    files: ['a,b', 'c'],
    seeds: [1, 2, 3],
    names: ['x', 'y', 'z'],
    columns: { prompt: 'question', edited: 'a=b' },
    limit: 2.5,
    label: null,
    config: { learningRate: 3e-4, quick: true, careful: false, wires: { maxKl: null } },
  })
  assert(schema.safeParse(input).success)
})

test('options override the config file, whose other settings stay', () => {
  const input = inputOf(
    { config: 'file.json', 'learning-rate': '2', 'wires.max-kl': '9' },
    { learningRate: 1, quick: true, wires: { maxKl: 1 } },
  )
  assert.deepEqual(input, { config: { learningRate: 2, quick: true, wires: { maxKl: 9 } } })
})

test('a text that is not a number, or not a pair, is refused and the option is named', () => {
  assert.throws(
    () => inputOf({ limit: 'much' }),
    /--limit: "much" is not a number\. Enter a number, or "none"/,
  )
  assert.throws(() => inputOf({ seeds: ['1,,2'] }), /--seeds: "" is not a number/)
  assert.throws(() => inputOf({ columns: ['prompt'] }), /--columns: "prompt" is not of the form/)
})
