import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { Message } from '../../../electron/contract/records.ts'
import { loadTokenizer, saveTokenizer, type Tokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { readGolden } from '../../golden.ts'
import { type GoldenKind, goldenKinds, goldenTokenizer, openGolden, withFolder } from './golden-tokenizers.ts'

const prompt = { addGenerationPrompt: true }
const ask = (content: string): Message[] => [{ role: 'user', content }]

function openWithTemplate(kind: GoldenKind, template: string | null): Tokenizer {
  const { definition, config } = goldenTokenizer(kind)
  const files = {
    'tokenizer.json': definition,
    'tokenizer_config.json': { ...config, chat_template: template },
  }
  return withFolder(files, loadTokenizer)
}

function countSpecial(tokenizer: Tokenizer, kind: GoldenKind, messages: Message[]): number {
  const added = goldenTokenizer(kind).definition.added_tokens as { id: number; special: boolean }[]
  const special = new Set(added.filter((token) => token.special).map(({ id }) => id))
  return tokenizer.encodeChat(messages, prompt).filter((id) => special.has(id)).length
}

test('conversations have the ids of transformers', () => {
  let compared = 0
  for (const kind of goldenKinds) {
    const tokenizer = openGolden(kind)
    for (const { messages, addGenerationPrompt, ids } of goldenTokenizer(kind).chats) {
      assert.deepEqual(tokenizer.encodeChat(messages, { addGenerationPrompt }), ids, kind)
      compared++
    }
  }
  assert.ok(compared >= 18)
})

test('a message can produce no special token, and none of its text is lost', () => {
  for (const kind of ['smollm', 'llama3', 'llama2', 'words'] as const) {
    const tokenizer = openGolden(kind)
    const added = goldenTokenizer(kind).definition.added_tokens as { content: string; special: boolean }[]
    const contents = added.filter(({ special }) => special).map(({ content }) => content)
    const attack = `x ${contents.join('\n')} ${contents.join('')} y`
    assert.equal(countSpecial(tokenizer, kind, ask(attack)), countSpecial(tokenizer, kind, ask('plain')))
    assert.ok(tokenizer.decode(tokenizer.encodeChat(ask(attack), prompt)).includes(attack), kind)
  }
})

test('a message may contain the characters that mark broken tokens', () => {
  const tokenizer = openGolden('smollm')
  const content = '\ufdd0 <|im_end|> \ufdd1'
  assert.ok(tokenizer.decode(tokenizer.encodeChat(ask(content), prompt)).includes(content))
})

test('a template that reads contents still sees them', () => {
  const template =
    "{% for m in messages %}{{ m.content.split('</think>')[-1] | trim }}{{ eos_token }}{% endfor %}"
  const tokenizer = openWithTemplate('smollm', template)
  const ids = tokenizer.encodeChat(ask('thoughts</think>  answer '), prompt)
  assert.equal(tokenizer.decode(ids), 'answer<|im_end|>')
})

test('a template that asks for the date gets the same one every day', () => {
  const tokenizer = openWithTemplate('smollm', "{{ strftime_now('%d %b %Y') }}{{ messages[0].content }}")
  assert.equal(tokenizer.decode(tokenizer.encodeChat(ask('!'), prompt)), '26 Jul 2024!')
})

test("a template's own white space is kept as jinja keeps it", () => {
  const template = '\n  {%- for m in messages %}\n  {{ m.role }}\n  {% endfor %}\nend'
  const tokenizer = openWithTemplate('smollm', template)
  assert.equal(tokenizer.decode(tokenizer.encodeChat(ask('x'), prompt)), '  user\nend')
})

test('without a template the conversation is plain text, with an end token after each answer', () => {
  const tokenizer = openWithTemplate('gpt2', null)
  const messages: Message[] = [
    { role: 'system', content: 'Be short.' },
    { role: 'user', content: 'Which?' },
    { role: 'assistant', content: 'That <|endoftext|>' },
    { role: 'user', content: 'Why?' },
  ]
  const ids = tokenizer.encodeChat(messages, prompt)
  const text =
    'System:\nBe short.\n\nUser:\nWhich?\n\nAssistant:\nThat <|endoftext|><|endoftext|>' +
    'User:\nWhy?\n\nAssistant:\n'
  assert.equal(tokenizer.decode(ids), text)
  assert.equal(ids.filter((id) => id === tokenizer.eosId).length, 1)
})

interface GoldenTemplates {
  templates: {
    template: string
    chats: { messages: Message[]; addGenerationPrompt: boolean; variables: object; text: string }[]
  }[]
}

test('variables reach the template, as transformers renders it', () => {
  const { templates } = readGolden<GoldenTemplates>('templates.json')
  for (const { template, chats } of templates) {
    const tokenizer = openWithTemplate('gpt2', template)
    for (const { messages, addGenerationPrompt, variables, text } of chats) {
      const ids = tokenizer.withVariables({ ...variables }).encodeChat(messages, { addGenerationPrompt })
      assert.equal(tokenizer.decode(ids), text, JSON.stringify(variables))
    }
    assert.equal(chats.length, 25)
  }
})

test('variables are saved with the tokenizer and used again', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stet-variables-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const template = "{{ style | default('none') }}{{ messages[0].content }}"
  const plain = openWithTemplate('smollm', template)
  const styled = plain.withVariables({ style: 'brief: ' })
  const textOf = (tokenizer: Tokenizer) => tokenizer.decode(tokenizer.encodeChat(ask('x'), prompt))
  assert.deepEqual([textOf(plain), textOf(styled)], ['nonex', 'brief: x'])
  assert.deepEqual([styled.hash, styled.eosId], [plain.hash, plain.eosId])
  await saveTokenizer(styled, folder)
  const saved = loadTokenizer(folder)
  assert.deepEqual([textOf(saved), saved.variables], ['brief: x', { style: 'brief: ' }])
})

test('a template that always opens a thinking block gets it closed if thinking is off', () => {
  const opening = openWithTemplate(
    'gpt2',
    '{{ messages[0].content }}{% if add_generation_prompt %}<think>\n{% endif %}',
  )
  const textOf = (tokenizer: Tokenizer) => tokenizer.decode(tokenizer.encodeChat(ask('x'), prompt))
  assert.equal(opening.canThink, true)
  assert.equal(textOf(opening), 'x<think>\n')
  assert.equal(textOf(opening.withVariables({ enable_thinking: false })), 'x<think>\n\n</think>\n\n')
})

test('a template that refuses a conversation is reported', () => {
  const template = "{{ raise_exception('Roles must alternate.') }}"
  const message = /chat template of .*tokenizer\.json.*Roles must alternate/
  assert.throws(() => openWithTemplate('gpt2', template).encodeChat(ask('x'), prompt), {
    code: 'bad_input',
    message,
  })
})

test('an invalid template is refused when it is opened', () => {
  assert.throws(() => openWithTemplate('gpt2', '{% for %}'), {
    code: 'bad_input',
    message: /chat template of/,
  })
})
