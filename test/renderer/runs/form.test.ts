import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeVerb, VerbName } from '../../../electron/contract/verbs.ts'
import { differences } from '../../../renderer/runs/differences.ts'
import { commandOf, formFields, inputOf } from '../../../renderer/runs/form-fields.ts'
import { presets } from '../../../renderer/runs/presets.ts'

const ppo = formFields('train ppo')
const field = (path: string) => ppo.find((each) => each.path === path)

test('the form has every setting of the contract, with its kind, default and a sentence', () => {
  assert.equal(field('config.klCoef')?.kind, 'number')
  assert.equal(field('config.klCoef')?.fallback, '0.1')
  assert.deepEqual(field('config.placement')?.choices, ['token', 'sequence'])
  assert.equal(field('config.whitenAdvantages')?.kind, 'boolean')
  assert.equal(field('config.tripwires.maxKl')?.isNullable, true)
  assert.equal(field('policy')?.isRequired, true)
  assert.deepEqual(
    ppo.filter(({ help, path }) => help === '' && path !== 'project').map(({ path }) => path),
    [],
  )
})

test('what is written becomes the input of the verb; what is left alone is left out', () => {
  const values = {
    policy: 'base',
    rewardModel: 'rewards',
    'config.klCoef': '0.2',
    'config.loraRank': '16',
    'config.whitenAdvantages': 'false',
    'config.tripwires.maxKl': 'none',
    'config.totalSteps': '100',
    datasets: 'a, b',
    name: ' ',
  }
  const input = inputOf(ppo, values)
  assert.deepEqual(input, {
    policy: 'base',
    rewardModel: 'rewards',
    datasets: ['a', 'b'],
    config: { klCoef: 0.2, loraRank: 16, whitenAdvantages: false, tripwires: { maxKl: null } },
  })
  assert.equal(
    commandOf('train ppo', '/my work.stet', ppo, {
      policy: 'base',
      rewardModel: 'rewards',
      'config.klCoef': '0.2',
    }),
    "stet train ppo '/my work.stet' base rewards --kl-coef 0.2",
  )
})

test('every preset is input that its verb takes', () => {
  for (const [name, own] of Object.entries(presets)) {
    const verb = VerbName.parse(name)
    const { input } = describeVerb(verb)
    for (const { title, values } of own) {
      const needed = { model: 'm', policy: 'p', rewardModel: 'r' }
      const fields = formFields(verb)
      const given = Object.fromEntries(
        Object.entries(needed).filter(([key]) => fields.some(({ path }) => path === key)),
      )
      const parsed = input.safeParse({ project: 'x', ...given, ...inputOf(fields, values) })
      assert.ok(parsed.success, `${verb}, ${title}: ${parsed.error?.message}`)
    }
  }
})

test('only settings that differ are shown, nested ones by their path', () => {
  assert.deepEqual(
    differences([
      { a: 1, b: { c: 2, d: [1] } },
      { a: 1, b: { c: 3, d: [1] } },
      { a: 1, b: { d: [1] } },
    ]),
    [{ key: 'b.c', values: ['2', '3', '–'] }],
  )
})
