import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { z } from 'zod'
import {
  AnyJudgeSpec,
  anyJudgeForms,
  experimentJudgeForms,
  JudgeSpec,
  judgeChoices,
  judgeForms,
  judgeKindOf,
  mapJudgeModel,
  textsComparedBy,
  WrittenAnyJudge,
  WrittenExperimentJudge,
  WrittenJudge,
  writtenJudge,
} from '../../electron/contract/judge-kinds.ts'

const server = 'https://host:8000/v1'
const training: [string, JudgeSpec][] = [
  ['world', { kind: 'world' }],
  ['length:longer', { kind: 'length', prefer: 'longer' }],
  ['length:shorter', { kind: 'length', prefer: 'shorter' }],
  ['regex:a:b\nc', { kind: 'regex', pattern: 'a:b\nc', flags: '' }],
  ['repetition', { kind: 'repetition' }],
  ['reference:chrf', { kind: 'reference', metric: 'chrf', texts: 'either' }],
  ['reference:ter:edited', { kind: 'reference', metric: 'ter', texts: 'edited' }],
  ['reference:exact:chosen', { kind: 'reference', metric: 'exact', texts: 'chosen' }],
  ['reward:runs/rm: 2', { kind: 'reward', model: 'runs/rm: 2' }],
]
const language: [string, AnyJudgeSpec][] = [
  ['local:C:\\model.gguf', { kind: 'local', model: 'C:\\model.gguf' }],
  [`server:me@org/model@${server}`, { kind: 'server', model: 'me@org/model', server }],
]
const gold: [string, z.infer<typeof WrittenExperimentJudge>][] = [
  ['gold:0.4', { kind: 'gold', share: 0.4 }],
  ['gold:.25', { kind: 'gold', share: 0.25 }],
]

const messageOf = (schema: z.ZodType, text: string) => schema.safeParse(text).error?.issues[0]?.message ?? ''

test('a judge is read from its written form where it may judge, and refused elsewhere', () => {
  for (const [text, spec] of training) assert.deepEqual(WrittenJudge.parse(text), spec)
  for (const [text, spec] of [...training, ...language]) assert.deepEqual(WrittenAnyJudge.parse(text), spec)
  for (const [text, spec] of [...training, ...language, ...gold])
    assert.deepEqual(WrittenExperimentJudge.parse(text), spec)
  for (const [text] of [...language, ...gold]) assert.match(messageOf(WrittenJudge, text), /^invalid judge/)
  for (const [text] of gold) assert.match(messageOf(WrittenAnyJudge, text), /^invalid judge/)
})

test('a judge is written as it is read', () => {
  for (const [text, spec] of [...training, ...language]) assert.equal(writtenJudge(spec), text)
})

test('a mistake is answered with what can be written there, or with what is wrong with the setting', () => {
  for (const text of [
    '',
    'zork',
    'world:x',
    'gold:2',
    'server:m@ftp://x',
    'repetition:x',
    'toString',
    ' world',
  ])
    assert.equal(
      messageOf(WrittenExperimentJudge, text),
      `invalid judge "${text}": use ${experimentJudgeForms.slice('Judge: '.length, -1)}`,
    )
  assert.equal(messageOf(WrittenJudge, 'regex:('), 'invalid judge "regex:(": not a valid regular expression')
  for (const text of [
    'length:',
    'length:wider',
    'reference',
    'reference:rouge',
    'reference:chrf:all',
    'reference:chrf:edited:x',
    'reward:',
    'regex:',
    'gold:0',
    'server:m@http://',
  ])
    assert.match(messageOf(WrittenExperimentJudge, text), /^invalid judge "[^"]+": /, text)
})

test('help lists the forms of every judge that can be named there', () => {
  for (const form of [
    'world',
    'length:longer',
    'length:shorter',
    'regex:PATTERN',
    'repetition',
    'reference:METRIC',
    'reward:MODEL',
  ]) {
    for (const help of [judgeForms, anyJudgeForms, experimentJudgeForms]) assert.ok(help.includes(form))
  }
  assert.doesNotMatch(judgeForms, /local:|server:|gold:/)
  assert.match(anyJudgeForms, /local:MODEL.*server:MODEL@ADDRESS/)
  assert.doesNotMatch(anyJudgeForms, /gold:/)
  assert.match(experimentJudgeForms, /gold:SHARE/)
})

test('judges as earlier versions stored them are still valid', () => {
  for (const [, spec] of training) assert.deepEqual(JudgeSpec.parse(spec), spec)
  for (const [, spec] of [...training, ...language]) assert.deepEqual(AnyJudgeSpec.parse(spec), spec)
  assert.deepEqual(JudgeSpec.parse({ kind: 'regex', pattern: 'x' }), {
    kind: 'regex',
    pattern: 'x',
    flags: '',
  })
  assert.deepEqual(JudgeSpec.parse({ kind: 'reference', metric: 'bleu' }), {
    kind: 'reference',
    metric: 'bleu',
    texts: 'either',
  })
  assert.ok(!JudgeSpec.safeParse(language[0]![1]).success)
})

test('only a model on this machine has its path mapped', () => {
  const mapped = [...training, ...language].map(([, spec]) => mapJudgeModel(spec, (model) => `/abs/${model}`))
  assert.deepEqual(
    mapped.flatMap((spec) => ('model' in spec ? [spec.model] : [])),
    ['/abs/runs/rm: 2', '/abs/C:\\model.gguf', 'me@org/model'],
  )
})

test('only a judge that compares with texts of the item says which', () => {
  const compared = [...training, ...language].map(([, spec]) => textsComparedBy(spec))
  assert.deepEqual(
    compared.filter((texts) => texts !== null),
    ['either', 'edited', 'chosen'],
  )
  const reference: AnyJudgeSpec = { kind: 'reference', metric: 'ter', texts: 'edited' }
  assert.equal(judgeKindOf(reference).nameOf(reference), 'reference ter edited')
})

test('a list of judges offers the rules, the models that fit, and the server once it is set up', () => {
  const available = { reward: ['rm'], language: ['base'], server: { model: 'm', address: server } }
  const written = judgeChoices(available).map((choice) => choice.written!)
  assert.deepEqual(written, [
    'world',
    'length:shorter',
    'length:longer',
    'repetition',
    'reference:chrf',
    'reference:ter',
    'reference:bleu',
    'reference:exact',
    'reward:rm',
    'local:base',
    `server:m@${server}`,
  ])
  const names = written
    .map((text) => WrittenAnyJudge.parse(text))
    .map((spec) => judgeKindOf(spec).nameOf(spec))
  assert.deepEqual(names, [
    'world',
    'length shorter',
    'length longer',
    'repetition',
    'reference chrf',
    'reference ter',
    'reference bleu',
    'reference exact',
    'reward rm',
    'local base',
    'server m',
  ])
  const without = judgeChoices({ ...available, server: null }).at(-1)!
  assert.equal(without.written, null)
})
