import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import {
  type Field,
  fieldsOf,
  humanLabel,
  readTexts,
  switchFlags,
  writtenValue,
} from '../../electron/contract/fields.ts'

const schema = z.strictObject({
  rewardModel: z.string().meta({ positional: 1, value: 'REWARD_MODEL' }),
  klCoef: z.number().default(0.1).meta({ label: 'KL coefficient', unit: 'nats' }),
  tripwires: z
    .strictObject({
      maxKl: z.number().meta({ label: 'Max KL', unit: 'nats' }).nullable().default(3),
      lengthChange: z.number().default(1),
    })
    .prefault({})
    .meta({ label: 'Tripwire' }),
  quick: z.boolean().default(false),
  careful: z.boolean().default(true),
  open: z.boolean().optional(),
})
const fields = fieldsOf(schema)
const field = (name: string): Field => {
  const field = fields.find((candidate) => candidate.name === name)
  assert(field, name)
  return field
}

test('labels are made from the key, unless the schema gives one; nested ones begin with their parent', () => {
  assert.deepEqual(
    fields.map(({ label, unit }) => [label, unit]),
    [
      ['Reward model', null],
      ['KL coefficient', 'nats'],
      ['Tripwire: max KL', 'nats'],
      ['Tripwire: length change', null],
      ['Quick', null],
      ['Careful', null],
      ['Open', null],
    ],
  )
  assert.equal(humanLabel('warmupSteps'), 'Warmup steps')
})

test('the flag of a switch changes its default; a switch without one has both flags', () => {
  assert.deepEqual(switchFlags(field('quick')), ['--quick'])
  assert.deepEqual(switchFlags(field('careful')), ['--no-careful'])
  assert.deepEqual(switchFlags(field('open')), ['--open', '--no-open'])
})

test('values are written as a user types them', () => {
  assert.equal(writtenValue(field('tripwires.max-kl'), null), 'none')
  assert.equal(writtenValue(field('reward-model'), null), '')
  assert.equal(writtenValue(field('kl-coef'), 0.1), '0.1')
  assert.equal(writtenValue(field('kl-coef'), undefined), '')
  assert.equal(writtenValue({ ...field('kl-coef'), kind: 'numbers' }, [1, 2]), '1,2')
})

test('a JSON field is typed as an object, or none', () => {
  const [variables] = fieldsOf(
    z.strictObject({
      variables: z.record(z.string(), z.json()).nullable().default(null).meta({ json: true }),
    }),
  )
  assert(variables)
  assert.deepEqual([variables.kind, variables.nullable, variables.required], ['json', true, false])
  const read = (text: string) => readTexts(variables, [text], '--variables')
  const value = { enable_thinking: false, tags: ['a', 'b'] }
  assert.deepEqual(read(writtenValue(variables, value)), value)
  assert.equal(read('none'), null)
  assert.equal(writtenValue(variables, null), '')
  assert.throws(() => read('{"a": '), { message: /^--variables: .* is not JSON .* Give a JSON object/ })
  assert.throws(() => read('[1]'), { message: /^--variables: "\[1\]" is not an object/ })
})
