/** A served model, asked with the official client: equal to the model itself, several at once, and clear when it refuses. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { createRouterClient } from '@orpc/server'
import OpenAI, { type APIError } from 'openai'
import {
  byteLevelTokenizer,
  loadTokenizer,
  saveTokenizer,
} from '../../../../electron/engine/tokenizer/index.ts'
import { encodeResponse } from '../../../../electron/engine/tokenizer/query.ts'
import { openHost } from '../../../../electron/host/router.ts'
import { writeRewardCard } from '../../../../electron/pipeline/reward/card.ts'
import type { Golden } from '../../../engine/model/golden-models.ts'
import { writeToyModel } from '../../../invariant/toy.ts'
import { temporaryFolder } from '../../entry/cli-process.ts'

process.env.STET_RUNTIME = 'wasm'
const folder = temporaryFolder()
const goldenFolder = path.resolve(import.meta.dirname, '../../../golden/llama-tied')
const golden = JSON.parse(readFileSync(path.join(goldenFolder, 'golden.json'), 'utf8')) as Golden
const tokenizer = loadTokenizer(goldenFolder)
const { lab, router, board, close } = openHost({ onOutput: () => {} })
const host = createRouterClient(router)
const project = path.join(folder, 'p.stet')
const key = 'a key for tests'

/** Starts serving, as the page does. */
async function serve(model: string): Promise<{ id: string; client: OpenAI; url: string }> {
  const { id } = await host.work.start({ verb: 'serve-model', input: { project, model, port: 0, key } })
  for await (const event of await host.work.watch({ id }))
    if (event.type === 'serving') {
      const client = new OpenAI({ baseURL: event.url, apiKey: event.key, maxRetries: 0 })
      return { id, client, url: event.url }
    }
  throw new Error((await host.work.get({ id })).error ?? 'it ended')
}

let client: OpenAI
let url: string
let id: string
const model = 'golden'
before(async () => {
  await host.verbs.init({ project })
  await host.models.importModel({ project, path: goldenFolder, name: model })
  ;({ client, url, id } = await serve(model))
})
after(async () => {
  await board.stopAll()
  await close()
})

const hello = [{ role: 'user' as const, content: 'the cat' }]
const chat = (more: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming> = {}) =>
  client.chat.completions.create({ model, messages: hello, max_tokens: 12, temperature: 0, ...more })

/** log softmax of a row of the golden logits, at one id. */
function logprobOf(logits: number[], token: number): number {
  const max = Math.max(...logits)
  return logits[token]! - max - Math.log(logits.reduce((sum, x) => sum + Math.exp(x - max), 0))
}

test('the list of models has the one that is served, under its name in the project', async () => {
  const list = await client.models.list()
  assert.deepEqual(
    list.data.map((each) => each.id),
    [model],
  )
  assert.equal((await client.models.retrieve(model)).object, 'model')
})

test('echoed log-probabilities of token ids are those of PyTorch, and say which token is the most likely', async () => {
  const rows = golden.inputIds.map((ids, r) => ids.filter((_, t) => golden.attentionMask[r]![t] === 1))
  const answer = await client.completions.create({
    model,
    prompt: rows,
    max_tokens: 1,
    temperature: 0,
    logprobs: 1,
    echo: true,
  })
  for (const [r, ids] of rows.entries()) {
    const { token_logprobs: logprobs, top_logprobs: tops } = answer.choices[r]!.logprobs!
    const logits = golden.logits[r]! // of the tokens that are not padding
    assert.equal(logprobs!.length, ids.length + 1)
    assert.equal(logprobs![0], null)
    for (const [t, token] of ids.slice(1).entries()) {
      const expected = logprobOf(logits[t]!, token)
      assert.ok(Math.abs(logprobs![t + 1]! - expected) < 1e-4, `row ${r}, token ${t + 1}`)
      const best = Math.max(...logits[t]!)
      const isBest = logits[t]![token] === best
      assert.equal(logprobs![t + 1] === Math.max(...Object.values(tops![t + 1]!)), isBest)
    }
  }
})

test('greedy completions of token ids are those of Transformers', async () => {
  const { promptIds, promptMask, newIds } = golden.greedy
  const prompt = promptIds.map((ids, r) => ids.filter((_, t) => promptMask[r]![t] === 1))
  const maxTokens = newIds[0]!.length
  const answer = await client.completions.create({
    model,
    prompt,
    max_tokens: maxTokens,
    temperature: 0,
    logprobs: 0,
  })
  for (const [r, choice] of answer.choices.entries()) {
    const pieces = newIds[r]!.map((token) => tokenizer.decode([token]))
    const { tokens } = choice.logprobs!
    assert.deepEqual(tokens, pieces.slice(0, tokens!.length))
    assert.equal(tokens!.length === pieces.length, choice.finish_reason === 'length')
  }
})

test('a chat is what the model itself answers, and its stream adds up to the same', async () => {
  const { result } = await lastOf(
    await host.verbs.generate({ model: goldenFolder, prompt: 'the cat', chat: true, maxNew: 12 }),
  )
  const whole = await chat()
  assert.equal(whole.choices[0]!.message.content, result.text)
  assert.equal(whole.usage!.completion_tokens, result.ids.length)
  const stream = await client.chat.completions.create({
    model,
    messages: hello,
    max_completion_tokens: 12,
    temperature: 0,
    stream: true,
    stream_options: { include_usage: true },
  })
  let [text, finish, total] = ['', '', 0]
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? ''
    finish = chunk.choices[0]?.finish_reason ?? finish
    total = chunk.usage?.total_tokens ?? total
  }
  assert.deepEqual([text, finish], [result.text, whole.choices[0]!.finish_reason])
  assert.equal(total, whole.usage!.total_tokens)
})

test('requests at the same time get what they get alone', async () => {
  const requests = Array.from({ length: 9 }, (_, i) => ({
    messages: [{ role: 'user' as const, content: 'the cat '.repeat(1 + (i % 4)) }],
    temperature: i % 2,
    top_p: i % 3 === 0 ? 0.8 : 1,
    seed: i,
    max_tokens: 4 + i,
  }))
  const textOf = async (request: (typeof requests)[number]) =>
    (await chat(request)).choices[0]!.message.content
  const together = await Promise.all(requests.map(textOf))
  for (const [i, request] of requests.entries()) assert.equal(await textOf(request), together[i])
  assert.ok(new Set(together).size > 4)
})

test('a thought comes as reasoning and never as content, and a request decides whether there is one', async () => {
  const words = byteLevelTokenizer(['<think>', '</think>'])
  const config = { vocab_size: words.vocabSize, eos_token_id: words.eosId, bos_token_id: null }
  const folderOf = async (name: string, more: object = {}) => {
    const thinker = await writeToyModel(path.join(folder, name), { config })
    await saveTokenizer(words, thinker)
    const file = path.join(thinker, 'tokenizer_config.json')
    const saved = JSON.parse(readFileSync(file, 'utf8')) as object
    writeFileSync(file, JSON.stringify({ ...saved, chat_template: thinkingTemplate, ...more }))
    return thinker
  }
  const ask = async (served: OpenAI, name: string, more: object = {}) => {
    const body = { model: name, messages: hello, max_tokens: 12, temperature: 0, ...more }
    const { choices, usage } = await served.chat.completions.create(body)
    return { ...(choices[0]!.message as Thoughtful), usage: usage! }
  }
  const thinker = await serve(await folderOf('thinker'))
  const thought = await ask(thinker.client, 'thinker')
  assert.equal(thought.content, '')
  assert.ok(thought.reasoning_content!.length > 3)
  assert.equal(thought.reasoning, thought.reasoning_content)
  const { completion_tokens: count, completion_tokens_details: details } = thought.usage
  assert.equal(details!.reasoning_tokens, count)
  const off = { chat_template_kwargs: { enable_thinking: false } }
  const plain = await ask(thinker.client, 'thinker', off)
  assert.ok(plain.content!.length > 3)
  assert.equal('reasoning_content' in plain, false)
  const stream = await thinker.client.chat.completions.create({
    model: 'thinker',
    messages: hello,
    max_tokens: 12,
    temperature: 0,
    stream: true,
  })
  let streamed = ''
  for await (const chunk of stream) {
    const delta = chunk.choices[0]!.delta as Partial<Thoughtful>
    assert.equal(delta.content ?? '', '')
    streamed += delta.reasoning_content ?? ''
  }
  assert.equal(streamed, thought.reasoning_content)
  await host.work.stop({ id: thinker.id })
  const variables = { chat_template_variables: { enable_thinking: false } }
  const silent = await serve(await folderOf('silent', variables))
  assert.equal((await ask(silent.client, 'silent')).content, plain.content)
  const on = { chat_template_kwargs: { enable_thinking: true } }
  assert.equal((await ask(silent.client, 'silent', on)).reasoning_content, thought.reasoning_content)
  await assert.rejects(ask(silent.client, 'silent', { chat_template_kwargs: 'on' }), /"chat_template_kwargs"/)
  await host.work.stop({ id: silent.id })
})

/** Opens a thought unless thinking is turned off. */
const thinkingTemplate =
  "{% for m in messages %}{{ m.content }} {% endfor %}{{ '<think>\\n' }}{% if enable_thinking is defined and not enable_thinking %}{{ '\\n</think>\\n\\n' }}{% endif %}"

interface Thoughtful {
  content: string | null
  reasoning_content?: string
  reasoning?: string
}

test('choices of one request differ, and a seed repeats them', async () => {
  const sampled = async () =>
    (await chat({ n: 4, temperature: 1, seed: 7 })).choices.map(({ message }) => message.content)
  const first = await sampled()
  assert.deepEqual(await sampled(), first)
  assert.ok(new Set(first).size > 1)
})

test('a stop string ends the text before it, also if it spans tokens', async () => {
  const whole = (await chat()).choices[0]!.message.content!
  const stop = whole.slice(2, 5)
  const at = whole.indexOf(stop)
  const stopped = await chat({ stop: [stop, 'never'], logprobs: true })
  assert.equal(stopped.choices[0]!.message.content, whole.slice(0, at))
  assert.equal(stopped.choices[0]!.finish_reason, 'stop')
  const tokens = stopped.choices[0]!.logprobs!.content!.map(({ token }) => token).join('')
  assert.ok(tokens.startsWith(whole.slice(0, at)) || whole.startsWith(tokens))
})

test('log-probabilities of a chat are those of the same tokens echoed', async () => {
  const { choices } = await chat({ logprobs: true, top_logprobs: 3 })
  const content = choices[0]!.logprobs!.content!
  assert.ok(content.every(({ top_logprobs: top }) => top.length === 3 && top[0]!.logprob >= top[1]!.logprob))
  assert.ok(content.every(({ logprob, top_logprobs: top }) => logprob === top[0]!.logprob))
  const query = tokenizer.encodeChat(hello, { addGenerationPrompt: true })
  const { result } = await lastOf(
    await host.verbs.generate({ model: goldenFolder, prompt: 'the cat', chat: true, maxNew: 12 }),
  )
  const prompt = [...query, ...result.ids]
  const echoed = await client.completions.create({ model, prompt, max_tokens: 0, echo: true, logprobs: 0 })
  const expected = echoed.choices[0]!.logprobs!.token_logprobs!.slice(query.length)
  for (const [t, { logprob }] of content.entries()) assert.ok(Math.abs(logprob - expected[t]!) < 1e-4)
})

test('what is wrong with a request is said in OpenAI’s form, and the model stays served', async () => {
  const cases: [() => Promise<unknown>, number, RegExp][] = [
    [() => chat({ model: 'gpt-5' }), 404, /"gpt-5" is not served here. This server has "golden"/],
    [() => chat({ temperature: 3 }), 400, /"temperature"/],
    [() => chat({ presence_penalty: 1 }), 400, /"presence_penalty"/],
    [() => chat({ tools: [{ type: 'function', function: { name: 'f' } }] }), 400, /"tools"/],
    [() => chat({ max_tokens: 5000 }), 400, /context is 128 tokens/],
    [() => chat({ messages: [] }), 400, /"messages"/],
    [
      () => client.completions.create({ model, prompt: [70_000] }),
      400,
      /70000 is outside the model's vocabulary/,
    ],
    [
      () => client.completions.create({ model, prompt: 'a', max_tokens: 0 }),
      400,
      /"max_tokens" may be 0 only/,
    ],
    [() => client.post('/chat/completions', { body: { model, mesages: [] } }), 400, /"messages"|"mesages"/],
    [() => client.post('/nowhere', { body: {} }), 404, /no \/v1\/nowhere/],
    [() => client.embeddings.create({ model, input: 'a' }), 404, /no \/v1\/embeddings/],
    [() => new OpenAI({ baseURL: url, apiKey: 'other' }).models.list(), 401, /The key is wrong/],
  ]
  for (const [call, status, sentence] of cases)
    await assert.rejects(call, (error: APIError) => {
      assert.equal(error.status, status)
      assert.match(error.message, sentence)
      return true
    })
  const raw = async (body: string, headers = { Authorization: `Bearer ${key}` }) => {
    const response = await fetch(`${url}/completions`, { method: 'POST', headers, body })
    const { error } = (await response.json()) as { error: { message: string } }
    return [response.status, error.message] as const
  }
  assert.match((await raw('{nope'))[1], /not valid JSON/)
  assert.match((await raw('[]'))[1], /must be a JSON object/)
  assert.deepEqual((await raw(JSON.stringify({ model, prompt: 'a'.repeat(9 * 2 ** 20) })))[0], 413)
  assert.equal((await fetch(`${url}/models`)).status, 401)
  assert.equal((await chat()).object, 'chat.completion')
})

test('a client that leaves a stream frees the model for others', async () => {
  const stream = await client.chat.completions.create({
    model,
    messages: hello,
    max_tokens: 90,
    temperature: 1,
    stream: true,
  })
  for await (const _ of stream) break
  assert.equal((await chat({ max_tokens: 2 })).usage!.completion_tokens, 2)
})

test('the project can be used and changed while its model is served, and another model served beside it', async () => {
  await host.models.importModel({ project, path: await writeToyModel(path.join(folder, 'toy')), name: 'toy' })
  assert.equal(lab.trainer.isBusy, false)
  const toy = await serve('toy')
  assert.deepEqual((await toy.client.models.list()).data[0]!.id, 'toy')
  await host.work.stop({ id: toy.id })
  for await (const _ of await host.work.watch({ id: toy.id }));
  const record = await host.work.get({ id: toy.id })
  assert.deepEqual([record.state, record.result], ['done', { model: 'toy', requests: 1 }])
  await assert.rejects(toy.client.models.list(), /Connection error/)
  assert.equal((await host.work.get({ id })).serving!.url, url)
})

test('a reward model gives the rewards of tokens and the scores that Stet itself gives', async () => {
  const rewards = await writeToyModel(path.join(folder, 'rewards'), { scored: true })
  const sequence = await writeToyModel(path.join(folder, 'sequence'), { scored: true })
  const cardOf = (scheme: 'bt-changed' | 'sequence') => ({
    scheme,
    keptMean: 0,
    tokenizerHash: tokenizer.hash,
  })
  await writeRewardCard(rewards, cardOf('bt-changed'))
  await writeRewardCard(sequence, cardOf('sequence'))
  const responses = ['the cat sat', 'a mat', 'cat cat cat']
  for (const served of [rewards, sequence]) {
    const { client: ask, url: address, id: work } = await serve(served)
    const post = (route: string, body: object) =>
      ask.post(new URL(route, address).href, { body }) as Promise<Listed>
    const rows = responses.map((response) => ({ prompt: hello, context: '', response }))
    const { rows: scoredRows } = await lab.trainer.run<'score'>(
      { kind: 'score', rewardModel: served, rows, batchSize: 8, maxQueryTokens: 100 },
      { emit: () => {}, signal: new AbortController().signal },
    )
    const expected = scoredRows.map((row) => row!)
    const name = path.basename(served)
    const scored = await post('/score', { model: name, queries: 'the cat', documents: responses })
    for (const [i, { score }] of expected.entries())
      assert.ok(Math.abs(scored.data[i]!.score! - score) < 1e-5)
    const older = await post('/score', {
      model: name,
      text_1: ['the cat', 'the cat'],
      text_2: responses.slice(0, 2),
    })
    assert.deepEqual(
      older.data.map(({ score }) => score),
      scored.data.slice(0, 2).map(({ score }) => score),
    )
    const messages = [...hello, { role: 'assistant', content: responses[0]! }]
    const pooled = await post('/pooling', { model: name, messages, task: 'token_classify' })
    const [{ data, response_start: start }] = pooled.data as [Listed['data'][number]]
    const count = encodeResponse(tokenizer, responses[0]!).length
    assert.equal(data!.length, start! + count)
    for (const [t, { reward }] of expected[0]!.tokens.entries())
      assert.ok(Math.abs((data![start! + t] as number[])[0]! - reward) < 1e-5)
    const whole = await post('/pooling', { model: name, messages, task: 'classify' })
    assert.ok(Math.abs((whole.data[0]!.data as number[])[0]! - expected[0]!.score) < 1e-5)
    const byIds = await post('/pooling', { model: name, input: [5, 6, 7] })
    assert.equal((byIds.data[0]!.data as unknown[]).length, served === rewards ? 3 : 1)
    await assert.rejects(ask.chat.completions.create({ model: name, messages: hello }), /is a reward model/)
    await host.work.stop({ id: work })
  }
  await assert.rejects(
    client.post(new URL('/score', url).href, { body: { model, queries: 'a', documents: 'b' } }),
    {
      message: /is a language model and gives no rewards/,
    },
  )
})

interface Listed {
  data: { score?: number; data?: number[][] | number[]; response_start?: number }[]
}

async function lastOf<Result>(events: { next(): Promise<IteratorResult<unknown, Result>> }) {
  for (;;) {
    const next = await events.next()
    if (next.done) return { result: next.value }
  }
}
