import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addedTokenEntry } from '../../../../electron/engine/tokenizer/definition.ts'
import { byteLevelTokenizer } from '../../../../electron/engine/tokenizer/index.ts'
import { responseText } from '../../../../electron/engine/tokenizer/thinking.ts'
import { createTokenizer, type Tokenizer } from '../../../../electron/engine/tokenizer/tokenizer.ts'
import { ResponseStream, type Thinking } from '../../../../electron/host/models/serve/response-stream.ts'

/** Words that may be tokens: none, a tag with the text after it, the tags. */
const vocabularies = [[], ['</think>\n\nb'], ['<think>', '</think>']]

const closed: Thinking = { isOpen: false }
const open: Thinking = { isOpen: true }

/** With the tags as special tokens, which belong to no text. */
function tagTokenizer(): { tokenizer: Tokenizer; idsOf: (text: string) => number[] } {
  const { files, vocabSize } = byteLevelTokenizer([])
  const tags = ['<think>', '</think>'].map((content, i) => addedTokenEntry(vocabSize + i, content, true))
  const all = [...(files.definition.added_tokens as object[]), ...tags] as typeof tags
  const tokenizer = createTokenizer({ ...files, definition: { ...files.definition, added_tokens: all } })
  const idOf = (tag: string) => vocabSize + ['<think>', '</think>'].indexOf(tag)
  const idsOf = (text: string) =>
    text.split(/(<\/?think>)/).flatMap((part, i) => (i % 2 === 1 ? [idOf(part)] : tokenizer.encode(part)))
  return { tokenizer, idsOf }
}

function read(words: string[], text: string, thinking: Thinking, stops: string[] = []) {
  const tokenizer = byteLevelTokenizer(words)
  const stream = new ResponseStream(tokenizer, stops, thinking)
  const ids = tokenizer.encode(text)
  const parts = []
  for (const id of ids) {
    parts.push(stream.push({ id, logprob: null, top: [] }))
    if (parts.at(-1)!.finish) break
  }
  if (!parts.at(-1)?.finish) parts.push(stream.end('length'))
  const whole = {
    text: parts.map((part) => part.text).join(''),
    reasoning: parts.map(({ reasoning }) => reasoning).join(''),
    finish: parts.at(-1)!.finish,
  }
  const tokens = parts.flatMap((part) => part.tokens.map(({ id }) => id))
  return { ...whole, parts, tokens: tokenizer.decode(tokens), last: parts.at(-1)!, count: ids.length }
}

test('a thought is separated from the answer, wherever tokens begin and end', () => {
  for (const words of vocabularies) {
    const cases: [string, Thinking, string, string][] = [
      ['<think>\nwhy é?\n</think>\n\nbé ', closed, 'why é?', 'bé '],
      ['\n <think>why</think>b', closed, 'why', 'b'],
      ['why\n\nso\n</think>\n\nbé', open, 'why\n\nso', 'bé'],
      ['<think>\nwhy</think>b', open, 'why', 'b'],
      ['<think>\n\n</think>\n\nb', closed, '', 'b'],
      ['</think>b', open, '', 'b'],
      ['<think>never ends\n', closed, 'never ends', ''],
      ['never ends </thin', open, 'never ends </thin', ''],
      ['<thinner> b', closed, '', '<thinner> b'],
      ['<thi', closed, '', '<thi'],
      [' b', closed, '', ' b'],
      ['', open, '', ''],
      ['a <think>b</think>', closed, '', 'a <think>b</think>'],
    ]
    for (const [text, thinking, reasoning, answer] of cases) {
      const response = read(words, text, thinking)
      assert.deepEqual([response.reasoning, response.text], [reasoning, answer], JSON.stringify(text))
      const tokenizer = byteLevelTokenizer(words)
      const options = { isOpen: thinking!.isOpen, keepThinking: false }
      assert.equal(response.text, responseText(tokenizer, tokenizer.encode(text), options))
    }
  }
})

test('tags that are special tokens divide a response too', () => {
  const { tokenizer, idsOf } = tagTokenizer()
  const partsOf = (text: string, thinking: Thinking) => {
    const stream = new ResponseStream(tokenizer, [], thinking)
    const parts = idsOf(text).map((id) => stream.push({ id, logprob: null, top: [] }))
    parts.push(stream.end('stop'))
    return [parts.map(({ reasoning }) => reasoning).join(''), parts.map((part) => part.text).join('')]
  }
  assert.deepEqual(partsOf('<think>\nwhy\n</think>\n\nb', closed), ['why', 'b'])
  assert.deepEqual(partsOf('why\n</think>b', open), ['why', 'b'])
  assert.deepEqual(partsOf('<think>why', closed), ['why', ''])
  assert.deepEqual(partsOf('b</think>', closed), ['', 'b'])
  assert.deepEqual(partsOf('b', null), ['', 'b'])
})

test('a response that is not searched for thoughts is text', () => {
  const response = read([], '<think>why</think>b', null)
  assert.deepEqual([response.reasoning, response.text], ['', '<think>why</think>b'])
})

test('nothing of a thought arrives as an answer, and both arrive while they are generated', () => {
  const { parts } = read([], '<think>one two</think>three four', closed)
  const lastThought = parts.findLastIndex(({ reasoning }) => reasoning !== '')
  assert.ok(parts.slice(0, lastThought + 1).every(({ text }) => text === ''))
  assert.ok(parts.filter(({ reasoning }) => reasoning !== '').length > 5)
  assert.ok(parts.filter(({ text }) => text !== '').length > 5)
})

test('a stop string ends the answer, not the thought, and the tokens are those of the answer', () => {
  for (const words of vocabularies) {
    const stopped = read(words, '<think>a\n\nb</think>\n\nbc\n\nd', closed, ['\n\n'])
    const { reasoning, text, finish } = stopped
    assert.deepEqual([reasoning, text, finish], ['a\n\nb', 'bc', 'stop'])
    const whole = read(words, '<think>a\n\nb</think>\n\nbc', closed)
    assert.ok('\n\nbc'.endsWith(whole.tokens) && whole.tokens.endsWith('c'))
    assert.equal(whole.last.generated, whole.count)
    assert.ok(whole.last.thought > 0 && whole.last.thought < whole.count)
  }
})
