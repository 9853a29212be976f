import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { readDefinition } from '../../../electron/engine/tokenizer/definition-file.ts'
import { byteLevelTokenizer, loadTokenizer, saveTokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { goldenTokenizer, type JsonObject, openGolden, withFolder } from './golden-tokenizers.ts'

const { definition, config } = goldenTokenizer('smollm')

function load(files: { [name: string]: unknown }) {
  return withFolder(
    { 'tokenizer.json': definition, 'tokenizer_config.json': config, ...files },
    loadTokenizer,
  )
}

function assertRefused(files: { [name: string]: unknown }, message: RegExp): void {
  assert.throws(() => load(files), { name: 'UserError', message })
}

test('special tokens are those of tokenizer_config.json, as texts or as objects', () => {
  const tokenizer = load({ 'tokenizer_config.json': { ...config, bos_token: { content: '<|im_start|>' } } })
  assert.deepEqual([tokenizer.eosId, tokenizer.bosId, tokenizer.padId], [2, 1, 0])
})

test('padding is the end token if there is no padding token', () => {
  const tokenizer = load({ 'tokenizer_config.json': { eos_token: '<|im_end|>' } })
  assert.deepEqual([tokenizer.eosId, tokenizer.bosId, tokenizer.padId], [2, null, 2])
})

test('special_tokens_map.json, then the ids of config.json, supply what tokenizer_config.json omits', () => {
  const tokenizer = load({
    'tokenizer_config.json': {},
    'special_tokens_map.json': { bos_token: '<|im_start|>' },
    'config.json': { eos_token_id: [2, 0], pad_token_id: 0, bos_token_id: 0 },
  })
  assert.deepEqual([tokenizer.eosId, tokenizer.bosId, tokenizer.padId], [2, 1, 0])
})

test('chat_template.jinja takes precedence over the key, and named templates have a default', () => {
  const ids = (files: { [name: string]: unknown }) => {
    const tokenizer = load(files)
    return tokenizer.decode(
      tokenizer.encodeChat([{ role: 'user', content: 'x' }], { addGenerationPrompt: false }),
    )
  }
  assert.equal(ids({ 'chat_template.jinja': 'file' }), 'file')
  const named = [
    { name: 'tools', template: 'tools' },
    { name: 'default', template: 'default' },
  ]
  assert.equal(ids({ 'tokenizer_config.json': { ...config, chat_template: named } }), 'default')
})

test('a saved tokenizer is loaded unchanged', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stet-tokenizer-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const names = ['gpt2', 'smollm', 'llama2', 'unigram'] as const
  for (const tokenizer of [...names.map(openGolden), byteLevelTokenizer(['word'])]) {
    await saveTokenizer(tokenizer, folder)
    const saved = loadTokenizer(folder)
    assert.equal(saved.hash, tokenizer.hash)
    assert.deepEqual(
      [saved.eosId, saved.bosId, saved.padId],
      [tokenizer.eosId, tokenizer.bosId, tokenizer.padId],
    )
    const messages = [{ role: 'user', content: 'a word' } as const]
    const ask = { addGenerationPrompt: true }
    assert.deepEqual(saved.encodeChat(messages, ask), tokenizer.encodeChat(messages, ask))
  }
  const written = JSON.parse(readFileSync(path.join(folder, 'tokenizer_config.json'), 'utf8'))
  assert.equal(written.tokenizer_class, 'PreTrainedTokenizerFast')
})

test('merges written as texts or as pairs have the same hash and the same ids', () => {
  const model = definition.model as JsonObject
  const merges = (model.merges as [string, string][]).map((pair) => pair.join(' '))
  const other = load({ 'tokenizer.json': { ...definition, model: { ...model, merges } } })
  assert.equal(other.hash, openGolden('smollm').hash)
  assert.deepEqual(other.encode('The editor'), openGolden('smollm').encode('The editor'))
})

test('a chat template does not change the hash; another merge does', () => {
  const model = definition.model as JsonObject
  const shorter = { ...model, merges: (model.merges as unknown[]).slice(1) }
  assert.equal(load({ 'chat_template.jinja': 'other' }).hash, openGolden('smollm').hash)
  assert.notEqual(
    load({ 'tokenizer.json': { ...definition, model: shorter } }).hash,
    openGolden('smollm').hash,
  )
})

test('missing and broken files are named', () => {
  assert.throws(() => withFolder({}, loadTokenizer), { code: 'not_found', message: /has no tokenizer\.json/ })
  assertRefused({ 'tokenizer.json': '{"model": ' }, /tokenizer\.json can't be read as JSON/)
  assertRefused({ 'tokenizer.json': '[]' }, /tokenizer\.json must hold one JSON object/)
  assertRefused({ 'tokenizer_config.json': '{' }, /tokenizer_config\.json can't be read as JSON/)
})

test('missing and broken keys are named with their file', () => {
  const withModel = (changes: JsonObject) => ({
    'tokenizer.json': { ...definition, model: { ...(definition.model as JsonObject), ...changes } },
  })
  const withDefinition = (changes: JsonObject) => ({ 'tokenizer.json': { ...definition, ...changes } })
  assertRefused({ 'tokenizer_config.json': {} }, /tokenizer_config\.json: "eos_token" is missing/)
  assertRefused(
    { 'tokenizer_config.json': { eos_token: 'nowhere' } },
    /"eos_token" is "nowhere", which is not one of its tokens/,
  )
  assertRefused({ 'tokenizer_config.json': { eos_token: 7 } }, /tokenizer_config\.json: "eos_token" is 7/)
  assertRefused(withDefinition({ model: undefined }), /tokenizer\.json: "model" is missing/)
  assertRefused(withModel({ type: 'WordPiece' }), /"model\.type" is "WordPiece"; only BPE and Unigram/)
  assertRefused(withModel({ vocab: [] }), /"model\.vocab" is \[\]/)
  assertRefused(withModel({ vocab: { a: -1 } }), /"model\.vocab\.a" is -1; it must be a token id/)
  const [merge] = (definition.model as { merges: unknown[] }).merges
  assertRefused(withModel({ merges: [merge, 'c'] }), /"model\.merges\[1\]" is "c"/)
  assertRefused(
    withModel({ merges: [merge, ['a', '\u00e9']] }),
    /"model\.merges\[1\]" is \["a","é"\]; "aé" is not in the vocabulary/,
  )
  assertRefused(withModel({ end_of_word_suffix: '</w>' }), /"model\.end_of_word_suffix" is "<\/w>"/)
  assertRefused(
    withDefinition({ normalizer: { type: 'BertNormalizer' } }),
    /"normalizer\.type" is "BertNormalizer"/,
  )
  assertRefused(
    withDefinition({ pre_tokenizer: { type: 'Whitespace' } }),
    /"pre_tokenizer\.type" is "Whitespace"/,
  )
  assertRefused(withDefinition({ decoder: null }), /"decoder" is null/)
  assertRefused(withDefinition({ decoder: { type: 'WordPiece' } }), /"decoder" is {"type":"WordPiece"}/)
  assertRefused(
    withDefinition({ added_tokens: [{ id: 1.5, content: 'x' }] }),
    /"added_tokens\[0\]\.id" is 1\.5/,
  )
  const split = { type: 'Split', pattern: { Regex: '(?<x' }, behavior: 'Isolated' }
  assertRefused(
    withDefinition({ pre_tokenizer: split }),
    /"pre_tokenizer\.pattern" .*regular expression can't be used/,
  )
})

test('tokenizer.json is parsed once for a model and its tokenizer, and again when it has changed', () => {
  withFolder({ 'tokenizer.json': definition, 'tokenizer_config.json': config }, (folder) => {
    const file = path.join(folder, 'tokenizer.json')
    const first = readDefinition(file)
    assert.equal(loadTokenizer(folder).files.definition, first)
    writeFileSync(file, JSON.stringify({ ...definition, version: '1.1' }))
    assert.notEqual(readDefinition(file), first)
    assert.equal(loadTokenizer(folder).files.definition.version, '1.1')
  })
})
