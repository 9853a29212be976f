/** What raw texts begin with, against AutoTokenizer (test/golden/make_prompts.py), and which tokens end a response. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { loadTokenizer, saveTokenizer, type Tokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { readGolden } from '../../golden.ts'
import { type GoldenKind, goldenTokenizer, type JsonObject, withFolder } from './golden-tokenizers.ts'

interface GoldenPrompts {
  cases: {
    kind: GoldenKind
    postProcessor: JsonObject | null
    config: JsonObject
    texts: { text: string; ids: number[] }[]
  }[]
}

function open(kind: GoldenKind, changes: { definition?: JsonObject; config?: JsonObject }): Tokenizer {
  const { definition, config } = goldenTokenizer(kind)
  const files = {
    'tokenizer.json': { ...definition, ...changes.definition },
    'tokenizer_config.json': { ...config, ...changes.config },
  }
  return withFolder(files, loadTokenizer)
}

test('a raw text begins as with AutoTokenizer: the post-processor decides, not add_bos_token', () => {
  const { cases } = readGolden<GoldenPrompts>('prompts.json')
  for (const { kind, postProcessor, config, texts } of cases) {
    const tokenizer = open(kind, { definition: { post_processor: postProcessor }, config })
    for (const { text, ids } of texts)
      assert.deepEqual(
        [...tokenizer.prefixIds, ...tokenizer.encode(text)],
        ids,
        `${kind} ${JSON.stringify(text)}`,
      )
  }
  assert.equal(cases.length, 90)
})

test('a post-processor that is not known, or lacks its ids, is refused', () => {
  const refuse = (processor: JsonObject, message: RegExp) =>
    assert.throws(() => open('gpt2', { definition: { post_processor: processor } }), {
      name: 'UserError',
      message,
    })
  refuse({ type: 'Other' }, /"post_processor\.type" is "Other"/)
  const single = [{ SpecialToken: { id: '<s>', type_id: 0 } }]
  refuse({ type: 'TemplateProcessing', single, special_tokens: {} }, /"post_processor\.single\[0\]"/)
})

const turns = '{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}'

test('the end that the template writes after an answer is the one that models are taught', () => {
  const { eosId, eosToken, eosIds } = open('smollm', {
    config: { eos_token: '<|endoftext|>', chat_template: turns },
  })
  assert.deepEqual([eosId, eosToken, eosIds], [2, '<|im_end|>', [2, 0]])
})

test('without an end in the template, or without a template, it is eos_token', () => {
  const templates = [
    null,
    '{% for m in messages %}{{ m.content }}\n{% endfor %}',
    "{{ raise_exception('no') }}",
  ]
  for (const chat_template of templates) {
    const { eosId, eosIds } = open('smollm', { config: { eos_token: '<|endoftext|>', chat_template } })
    assert.deepEqual([eosId, eosIds], [0, [0]])
  }
})

test('a saved tokenizer names the end that was taught, unless that would change the template', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stet-ends-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const savedEnd = async (chat_template: string) => {
    await saveTokenizer(open('smollm', { config: { eos_token: '<|endoftext|>', chat_template } }), folder)
    return JSON.parse(readFileSync(path.join(folder, 'tokenizer_config.json'), 'utf8')).eos_token
  }
  assert.equal(await savedEnd(turns), '<|im_end|>')
  assert.equal(await savedEnd(`{{ eos_token }}${turns}`), '<|endoftext|>')
})
