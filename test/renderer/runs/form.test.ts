import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runPresets } from '../../../electron/contract/presets.ts'
import { runKindNames } from '../../../electron/contract/run-kinds/index.ts'
import { settingName, settingWords } from '../../../electron/contract/setting-words.ts'
import { describeVerb } from '../../../electron/contract/verbs.ts'
import { differences } from '../../../renderer/runs/differences.ts'
import { errorsOf } from '../../../renderer/runs/form-errors.ts'
import {
  commandOf,
  formFields,
  grouped,
  identifierOf,
  inputOf,
  isMain,
  valuesOf,
} from '../../../renderer/runs/form-fields.ts'

const ppo = formFields('train ppo')
const field = (key: string) => {
  const found = ppo.find((each) => each.key === key)
  assert(found, key)
  return found
}

test('the form has every setting of the contract, with its kind, default and a sentence', () => {
  assert.equal(field('config.klCoef').kind, 'number')
  assert.equal(field('config.klCoef').fallback, '0.1')
  assert.deepEqual(field('config.placement').choices, ['token', 'sequence', 'shaped', 'mixed'])
  assert.equal(field('config.whitenAdvantages').kind, 'boolean')
  assert.equal(field('config.tripwires.maxKl').nullable, true)
  assert.equal(field('config.adaptiveKl.target').required, false)
  assert.equal(field('policy').required, true)
  assert.deepEqual(
    ppo.filter(({ description }) => description === '').map(({ key }) => key),
    [],
  )
})

test('every setting of every kind of run has a label in words, a group, and words for its choices', () => {
  const used = new Set<string>()
  for (const kind of runKindNames) {
    const labels = new Set<string>()
    for (const { path, choices, kind: type, description } of formFields(`train ${kind}`)) {
      const name = settingName(path)
      const words = settingWords[name]
      assert(words, `${name} has no words: add it to electron/contract/setting-words.ts`)
      used.add(name)
      assert.match(words.label, /^[A-Z](?!\w*[a-z][A-Z]\w*$)[^_]*$/, name)
      assert(!labels.has(words.label), `${kind}: two settings are called ${words.label}`)
      labels.add(words.label)
      for (const choice of Object.keys(words.choices ?? {}))
        assert(choices?.includes(choice), `${name} ${choice}`)
      const unnamed = type === 'text' && name !== 'placement' ? (choices ?? []) : []
      for (const choice of unnamed) assert(words.choices?.[choice], `${name}: ${choice} has no words`)
      const sentence = words.help ?? description
      assert.doesNotMatch(sentence, /docs\/|\bbt-|\b(?!enable_)[a-z]+([A-Z]|_)[a-z]/, name)
    }
  }
  assert.deepEqual(
    Object.keys(settingWords).filter((name) => !used.has(name)),
    [],
    'words without a setting',
  )
  assert.equal(identifierOf(field('config.tripwires.maxKl')), 'tripwires.maxKl')
  assert.equal(identifierOf(field('rewardModel')), 'rewardModel')
})

test('the form is in groups, each with its main settings first in sight', () => {
  const groups = grouped(ppo)
  assert.equal(groups[0]?.group, 'method')
  assert.equal(groups.flatMap(({ fields }) => fields).length, ppo.length)
  const main = ppo.filter(isMain).map(({ key }) => key)
  for (const key of ['policy', 'rewardModel', 'config.placement', 'config.learningRate', 'judge'])
    assert(main.includes(key), key)
  assert(main.length < ppo.length / 2)
})

test('a mistake shows at its field, and is gone once it is put right', () => {
  const models = { policy: 'p', rewardModel: 'r' }
  const errors = (values: Record<string, string>) => errorsOf('train ppo', ppo, { ...models, ...values })
  assert.deepEqual(errors({}), {})
  assert.deepEqual(errors({ 'config.learningRate': '0.1' }), {})
  assert.deepEqual(errors({ 'config.learningRate': '-1' }), { 'config.learningRate': 'Must be above 0.' })
  assert.deepEqual(errors({ 'config.totalSteps': '2.5' }), { 'config.totalSteps': 'Must be a whole number.' })
  assert.deepEqual(errors({ heldout: '2' }), { heldout: 'Must be at most 0.9.' })
  assert.deepEqual(Object.keys(errors({ 'config.klCoef': 'much', 'config.gamma': '2' })).sort(), [
    'config.gamma',
    'config.klCoef',
  ])
  assert.match(errors({ 'config.klCoef': 'much' })['config.klCoef']!, /"much" is not a number/)
  assert.match(errors({ 'config.placement': 'shaped' }).sequenceModel!, /needs a second reward model/)
  assert.match(errors({ judge: 'nonsense' }).judge!, /Invalid judge "nonsense"/)
  assert.deepEqual(Object.keys(errorsOf('train ppo', ppo, {})).sort(), ['policy', 'rewardModel'])
})

test('typed texts become the input of the verb; empty fields are left out', () => {
  const values = {
    policy: 'base',
    rewardModel: 'rewards',
    'config.klCoef': '0.2',
    'config.loraRank': '16',
    'config.whitenAdvantages': 'false',
    'config.tripwires.maxKl': 'none',
    'config.adaptiveKl.target': '6',
    'config.totalSteps': '100',
    datasets: 'a, b',
    name: ' ',
  }
  const input = inputOf(ppo, values)
  assert.deepEqual(input, {
    policy: 'base',
    rewardModel: 'rewards',
    datasets: ['a', 'b'],
    config: {
      klCoef: 0.2,
      loraRank: 16,
      whitenAdvantages: false,
      tripwires: { maxKl: null },
      adaptiveKl: { target: 6 },
    },
  })
  assert.throws(
    () => inputOf(ppo, { 'config.klCoef': 'much' }),
    /^UserError: KL coefficient: "much" is not a/,
  )
})

test('the command for a terminal has the flags of the command line', () => {
  const values = { policy: 'base', 'config.klCoef': '0.2', 'config.tripwires.maxKl': 'none' }
  assert.equal(
    commandOf('train ppo', '/my work.stet', ppo, { ...values, 'config.whitenAdvantages': 'false' }),
    "stet train ppo '/my work.stet' base REWARD_MODEL --kl-coef 0.2 --no-whiten-advantages --tripwires.max-kl none",
  )
  const branch = formFields('branch')
  const branchCommand = (text: string) =>
    commandOf('branch', 'p', branch, { run: 'r', 'config.gradientCheckpointing': text })
  assert.equal(branchCommand('true'), 'stet branch p r --gradient-checkpointing')
  assert.equal(branchCommand('false'), 'stet branch p r --no-gradient-checkpointing')
})

test("a run's settings fill the form and read back to the same settings", () => {
  const config = { klCoef: 0.2, loraRank: null, whitenAdvantages: false, tripwires: { maxKl: null } }
  const values = valuesOf(ppo, { config })
  assert.deepEqual(values, {
    'config.klCoef': '0.2',
    'config.loraRank': 'none',
    'config.whitenAdvantages': 'false',
    'config.tripwires.maxKl': 'none',
  })
  const { loraRank: _, ...unlikeDefault } = config
  assert.deepEqual(inputOf(ppo, values), { config: unlikeDefault })
})

test('every preset fills the form with input that its verb accepts, and nothing is lost on the way', () => {
  const needed = { model: 'm', policy: 'p', rewardModel: 'r' }
  for (const kind of runKindNames) {
    const { input: schema } = describeVerb(`train ${kind}`)
    const fields = formFields(`train ${kind}`)
    const given = Object.entries(needed).filter(([key]) => fields.some((each) => each.key === key))
    for (const { title, input } of runPresets[kind] ?? []) {
      const parse = (some: object) =>
        schema.safeParse({ project: 'x', ...Object.fromEntries(given), ...some })
      const typed = parse(inputOf(fields, valuesOf(fields, input)))
      assert.ok(typed.success, `${kind}, ${title}: ${typed.error?.message}`)
      assert.deepEqual(typed.data, parse(input).data)
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
