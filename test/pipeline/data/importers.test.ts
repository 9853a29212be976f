import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Item } from '../../../electron/contract/records.ts'
import { detectImporter } from '../../../electron/pipeline/data/detect.ts'
import type { ParsedRow, RawObject } from '../../../electron/pipeline/data/fields.ts'

/** Parses a row with the importer that recognises its keys. */
function parse(row: RawObject): ParsedRow {
  const format = detectImporter([row])
  assert.ok(format, 'the row is in a known format')
  const parsed = format.parse(row, [])
  assert.ok(!Array.isArray(parsed), 'the row is one item')
  return parsed
}

function assertItem(row: RawObject, expected: Partial<Item>): void {
  const { item } = parse(row)
  for (const [key, value] of Object.entries(expected)) assert.deepEqual(item[key as keyof Item], value, key)
}

function assertRefused(row: RawObject, reason: RegExp): void {
  assert.throws(() => parse(row), { message: reason })
}

const user = (content: string) => ({ role: 'user', content })
const assistant = (content: string) => ({ role: 'assistant', content })

test('each format is recognised by its keys', () => {
  const rows: [name: string, row: RawObject][] = [
    ['stet', { stet: 1, item: {}, annotations: [] }],
    ['trl', { prompt: 'p', chosen: 'a', rejected: 'b' }],
    ['trl', { chosen: [user('p'), assistant('a')], rejected: [user('p'), assistant('b')] }],
    ['hh-rlhf', { chosen: '\n\nHuman: p\n\nAssistant: a', rejected: '\n\nHuman: p\n\nAssistant: b' }],
    ['fine-grained-rlhf', { question: 'q', passages: [], 'prediction 1': 'p', feedback: {} }],
    ['alpaca-output', { instruction: 'i', input: '', output: 'o', generator: 'g' }],
    ['alpaca-preference', { instruction: 'i', output_1: 'a', output_2: 'b', preference: 1.2 }],
    ['pairs', { instruction: 'i', output_a: 'a', output_b: 'b', preference: 2 }],
    ['seed-tasks', { instruction: 'i', instances: [{ input: '', output: 'o' }] }],
    ['plain', { prompt: 'p', rejected: 'r', edited: 'e' }],
    ['plain', { prompt: 'p', rejected: 'r', edited: 'e', chosen: 'c' }],
    ['plain', { prompt: 'p', rejected: 'r', edited: null }],
  ]
  for (const [name, row] of rows) assert.equal(detectImporter([row])?.name, name, JSON.stringify(row))
  assert.equal(detectImporter([{ text: 'nothing known' }]), null)
  assert.equal(detectImporter([]), null)
})

test('most of the rows decide, not the first', () => {
  const transcripts = { chosen: '\n\nHuman: p\n\nAssistant: a', rejected: '\n\nHuman: p\n\nAssistant: b' }
  assert.equal(detectImporter([{ chosen: 'x', rejected: 'y' }, transcripts, transcripts])?.name, 'hh-rlhf')
  const pair = { prompt: 'p', chosen: 'a', rejected: 'b' }
  assert.equal(detectImporter([pair, pair, { prompt: 'p', rejected: 'a', edited: 'b' }])?.name, 'plain')
})

test('the same content has the same id, whatever the order of its keys', () => {
  const one = parse({ prompt: 'p', rejected: 'r', edited: 'e', tags: { a: 1, b: [2] } })
  const other = parse({ tags: { b: [2], a: 1 }, edited: 'another edit', rejected: 'r', prompt: 'p' })
  assert.equal(one.item.id, other.item.id)
  assert.match(one.item.id, /^item_[0-9a-f]{24}$/)
  assert.notEqual(
    one.item.id,
    parse({ prompt: 'p', rejected: 'r ', edited: 'e', tags: { a: 1, b: [2] } }).item.id,
  )
})

test('TRL rows with a prompt keep their texts as they are', () => {
  assertItem(
    { prompt: 'The sky is', chosen: ' blue.', rejected: ' green.\n', score: 0.5 },
    {
      prompt: [user('The sky is')] as Item['prompt'],
      chosen: ' blue.',
      rejected: ' green.\n',
      metadata: { score: 0.5 },
    },
  )
  assertItem(
    { prompt: [user('sky?')], chosen: [assistant('blue')], rejected: [assistant('green')] },
    { prompt: [user('sky?')] as Item['prompt'], chosen: 'blue', rejected: 'green' },
  )
})

test('without a prompt or any other text, what both TRL responses begin with is the prompt', () => {
  const blue = { prompt: [user('The sky is')] as Item['prompt'], chosen: ' blue.', rejected: ' black.' }
  assertItem({ chosen: 'The sky is blue.', rejected: 'The sky is black.' }, blue)
  assertItem({ id: 'a', margin: 0.5, chosen: 'The sky is blue.', rejected: 'The sky is black.' }, blue)
  assertItem(
    { chosen: 'Q\nA: yes', rejected: 'Q\nA: yes indeed' },
    { prompt: [user('Q\nA:')] as Item['prompt'], chosen: ' yes', rejected: ' yes indeed' },
  )
  const sky = '天空是什么颜色的'.repeat(6)
  assertItem(
    { chosen: `${sky}😀`, rejected: `${sky}😁` },
    { prompt: [user(sky)] as Item['prompt'], chosen: '😀', rejected: '😁' },
  )
  assertRefused({ chosen: 'a', rejected: 'b' }, /share no first words/)
})

test('an answer with a bad verdict is never a demonstration, whatever the verdict is called', () => {
  const answer = { prompt: 'p', completion: 'a' }
  for (const bad of [{ label: false }, { label: '0.0' }, { rating: 'thumbs_down' }, { feedback: 'bad' }])
    assertItem({ ...answer, ...bad }, { chosen: null, rejected: 'a' })
  for (const good of [{ label: 1 }, { rating: 'thumbs_up' }, { feedback: 'Good' }])
    assertItem({ ...answer, ...good }, { chosen: 'a', rejected: null })
  assertItem({ ...answer, rating: '4' }, { chosen: 'a', rejected: null, metadata: { rating: '4' } })
})

test('two texts beside a third that may be their prompt are refused', () => {
  const named = { ask: 'Sky?', chosen: 'The sky is blue.', rejected: 'The sky is black.' }
  assertRefused(named, /it has ask, chosen, rejected\): name the column, as in --columns prompt=/)
})

test('TRL dialogues share their first messages, whether the prompt is separate, repeated or left out', () => {
  const turns = [{ role: 'system', content: 's' }, user('a'), assistant('b'), user('c')]
  const chosen = [...turns, assistant('yes')]
  const rejected = [...turns, assistant('no')]
  const expected = { prompt: turns as Item['prompt'], chosen: 'yes', rejected: 'no' }
  assertItem({ chosen, rejected }, expected)
  assertItem({ prompt: turns, chosen, rejected }, expected)
  assertItem({ prompt: 'a', chosen, rejected }, expected)
  assertItem({ prompt: turns.slice(0, 2), chosen: chosen.slice(2), rejected: rejected.slice(2) }, expected)
})

test('the context of a preference is its context, and decides its document', () => {
  const pair = { prompt: 'Summarise.', context: 'About bridges.', chosen: 'a', rejected: 'b' }
  assertItem(pair, { context: 'About bridges.', metadata: {} })
  assertItem({ ...pair, context: ['one', 'two'] }, { context: 'one\n\ntwo' })
  const outputs = { instruction: 'i', context: 'c', preference: 1 }
  assertItem({ ...outputs, output_a: 'a', output_b: 'b' }, { context: 'c', metadata: {} })
  assertItem({ ...outputs, output_1: 'a', output_2: 'b' }, { context: 'c', metadata: {} })
  assertItem({ ...outputs, input: 'x', output_1: 'a', output_2: 'b' }, { context: 'x\n\nc' })
  assertItem({ instruction: 'i', context: 'c', output: 'o' }, { context: 'c', chosen: 'o', metadata: {} })
})

test('a list of messages as context continues with the prompt', () => {
  const turns = [user('a'), assistant('b'), user('c')]
  assertItem(
    { context: turns, chosen: 'yes', rejected: 'no' },
    { prompt: turns as Item['prompt'], context: '', chosen: 'yes', rejected: 'no' },
  )
})

test('a TRL prompt that differs from the dialogue only in white space is not repeated', () => {
  const dialogue = (first: string, last: string) => [user(first), assistant(last)]
  const expected = {
    prompt: [user('Name a fruit.')] as Item['prompt'],
    chosen: 'A pear.',
    rejected: 'A brick.',
  }
  const rejected = dialogue('Name a fruit.', 'A brick.')
  for (const prompt of ['Name a fruit. ', ' Name a\r\nfruit.\n', [user('Name a fruit.\u00a0')]])
    assertItem({ prompt, chosen: dialogue('Name a fruit.', 'A pear.'), rejected }, expected)
  assertItem(
    { chosen: dialogue('Name a fruit.', 'A pear.'), rejected: dialogue('Name a fruit. ', 'A brick.') },
    expected,
  )
  assertItem(
    { prompt: 'p', chosen: dialogue('p', 'a'), rejected: dialogue('p', 'a ') },
    { prompt: [user('p')] as Item['prompt'], chosen: 'a', rejected: 'a ' },
  )
})

test('TRL rows that cannot be imported say why', () => {
  assertRefused({ prompt: 'p', chosen: 'a', rejected: 'a' }, /both responses are the same/)
  assertRefused({ prompt: '', chosen: 'a', rejected: 'b' }, /"prompt" is empty/)
  assertRefused({ prompt: 'p', chosen: 1, rejected: 'b' }, /"chosen" is a number, not text/)
  assertRefused(
    { chosen: [user('a'), assistant('x')], rejected: [user('b'), assistant('y')] },
    /share no first message/,
  )
  assertRefused(
    { prompt: 'p', chosen: [assistant('x')], rejected: 'y' },
    /"rejected" is text, not a list of messages/,
  )
  const two = [user('a'), assistant('x'), user('b')]
  assertRefused(
    { chosen: two, rejected: [user('a'), assistant('y')] },
    /"chosen" has 2 messages after the prompt/,
  )
  assertRefused(
    { prompt: 'p', chosen: [user('x')], rejected: [assistant('y')] },
    /"chosen" has a user message/,
  )
  const tool = [{ role: 'tool', content: 'x' }]
  assertRefused({ prompt: 'p', chosen: tool, rejected: tool }, /"chosen\[0\]" has the role "tool"/)
  const calls = [{ ...assistant('x'), tool_calls: [1] }]
  assertRefused(
    { prompt: 'p', chosen: calls, rejected: [assistant('y')] },
    /"tool_calls", which an item cannot store/,
  )
  const picture = [{ role: 'assistant', content: [{ type: 'image' }] }]
  assertRefused(
    { prompt: 'p', chosen: picture, rejected: picture },
    /"chosen\[0\].content" is a list, not text/,
  )
})

test('HH-RLHF transcripts become turns and lose one space at each start', () => {
  const start = '\n\nHuman: Hi\n\nthere\n\nAssistant:  Hello!\n\nHuman: Bye\n\nAssistant:'
  assertItem(
    { chosen: `${start} Bye.`, rejected: `${start} No.\n` },
    {
      prompt: [user('Hi\n\nthere'), assistant(' Hello!'), user('Bye')] as Item['prompt'],
      chosen: 'Bye.',
      rejected: 'No.\n',
    },
  )
  const other = '\n\nHuman: Other\n\nAssistant: No.'
  assertRefused({ chosen: `${start} Bye.`, rejected: other }, /differ before their last response/)
  assertRefused(
    { chosen: `${start} x\n\nHuman: y`, rejected: other },
    /"chosen" does not end with an assistant turn/,
  )
})

test('FineGrainedRLHF feedback keeps spans, predictions and the correction as an edit', () => {
  const row = {
    question: 'Who?',
    passages: [
      ['Title', 'One.', 'Two.'],
      ['Other', 'Three.'],
    ],
    'prediction 1': '😀 wrong fact',
    'prediction 2': 'second',
    feedback: {
      errors: [{ 'error type': 'Irrelevant', explanation: 'because', start: 2, end: 7 }],
      'missing-info': [],
      'corrected-prediction': '😀 right fact',
    },
  }
  const { item, annotations } = parse(row)
  assert.equal(item.context, 'One. Two.\n\nThree.')
  assert.deepEqual(item.errorSpans, [{ start: 3, end: 8, kind: 'Irrelevant' }])
  assert.equal(item.rejected!.slice(3, 8), 'wrong')
  const { 'corrected-prediction': _, ...feedback } = row.feedback
  assert.deepEqual(item.metadata, { 'prediction 2': 'second', feedback })
  assert.equal(annotations[0]!.edited, '😀 right fact')
  assert.equal(annotations[0]!.provenance, 'import')
  const uncorrected = { ...row, feedback: { ...row.feedback, 'corrected-prediction': '' } }
  assert.deepEqual(parse(uncorrected).annotations, [])
  const outside = { ...row, 'prediction 1': 'short' }
  assertRefused(outside, /"feedback.errors\[0\]", 2 to 7, is outside the response of 5 characters/)
})

test('AlpacaFarm outputs are demonstrations with their input as context', () => {
  assertItem(
    { instruction: 'Add.', input: '1 2', output: '3', generator: 'g' },
    {
      prompt: [user('Add.')] as Item['prompt'],
      context: '1 2',
      chosen: '3',
      rejected: null,
      metadata: { generator: 'g' },
    },
  )
})

test('outputs are ordered by their preference, whole or between 1 and 2', () => {
  const row = { instruction: 'i', output_1: 'first', output_2: 'second', generator_1: 'g' }
  const first = { chosen: 'first', rejected: 'second' }
  const second = { chosen: 'second', rejected: 'first' }
  assertItem({ ...row, preference: 1 }, { ...first, metadata: { generator_1: 'g' } })
  assertItem({ ...row, preference: 2 }, second)
  assertItem({ ...row, preference: '2' }, second)
  assertItem({ ...row, preference: 1.25 }, { ...first, metadata: { generator_1: 'g', preference: 1.25 } })
  assertItem({ ...row, preference: 1.75 }, second)
  assertRefused({ ...row, preference: 1.5 }, /tie/)
  assertRefused({ ...row, preference: null }, /was not judged/)
  assertRefused({ ...row, preference: 3 }, /"preference" is 3/)
  assertRefused({ ...row, output_2: 'first', preference: 1 }, /same/)
})

test('pairs are ordered by their preference, and ties are refused', () => {
  const row = { id: 'x-1', source: 's', instruction: 'i', output_a: 'a', output_b: 'b', votes: [1, 2] }
  const metadata = { votes: [1, 2] }
  assertItem(
    { ...row, preference: 1 },
    { sourceId: 'x-1', source: 's', chosen: 'a', rejected: 'b', metadata },
  )
  assertItem({ ...row, preference: 2 }, { chosen: 'b', rejected: 'a' })
  assertRefused({ ...row, preference: 0 }, /tie/)
  assertItem(
    { ...row, instruction: '\n\nHuman: Hi\n\nAssistant: Ho\n\nHuman: Hu\n\nAssistant:', preference: 1 },
    { prompt: [user('Hi'), assistant('Ho'), user('Hu')] as Item['prompt'] },
  )
})

test('seed tasks are demonstrations', () => {
  const row = { id: 'seed_1', name: 'n', instruction: 'i', instances: [{ input: 'x', output: 'o' }] }
  assertItem(row, { sourceId: 'seed_1', context: 'x', chosen: 'o', metadata: { name: 'n' } })
  assertRefused({ ...row, instances: [] }, /exactly one instance/)
})

test('plain rows become finished annotations, and unknown fields metadata', () => {
  const row = { id: 7, prompt: 'p', context: ['a', 'b'], rejected: 'ab cd', edited: 'ab ef', hter: 0.5 }
  const { item, annotations } = parse({ ...row, error_spans: [[3, 5, 'Wrong']] })
  assert.equal(item.sourceId, '7')
  assert.equal(item.context, 'a\n\nb')
  assert.deepEqual(item.errorSpans, [{ start: 3, end: 5, kind: 'Wrong' }])
  assert.deepEqual(item.metadata, { hter: 0.5 })
  assert.deepEqual(annotations, [
    {
      itemId: item.id,
      annotator: null,
      state: 'done',
      edited: 'ab ef',
      operations: [],
      elapsedMs: 0,
      provenance: 'import',
      createdAt: null,
    },
  ])
  assert.equal(parse({ ...row, annotator: 'ann' }).annotations[0]!.annotator, 'ann')
  assert.equal(parse({ ...row, annotator: 3 }).annotations[0]!.annotator, '3')
  assert.deepEqual(parse({ ...row, annotator: 'ann' }).item.metadata, { hter: 0.5 })
})

test('an edit that keeps everything is finished, an empty one is not', () => {
  assert.equal(parse({ prompt: 'p', rejected: 'r', edited: 'r' }).annotations.length, 1)
  assert.deepEqual(parse({ prompt: 'p', rejected: 'r', edited: '' }).annotations, [])
  assert.deepEqual(parse({ prompt: 'p', rejected: 'r' }).annotations, [])
  assertRefused({ prompt: 'p', edited: 'r' }, /not the "rejected"/)
})

test('a key called __proto__ is kept like any other', () => {
  const row = JSON.parse('{"prompt":"p","rejected":"r","__proto__":{"a":1}}') as RawObject
  assert.equal(JSON.stringify(parse(row).item.metadata), '{"__proto__":{"a":1}}')
})
