import assert from 'node:assert/strict'
import path from 'node:path'
import { after, test } from 'node:test'
import { createRouterClient, ORPCError } from '@orpc/server'
import { JobEvent } from '../../electron/contract/events.ts'
import { fieldsOf } from '../../electron/contract/fields.ts'
import { metrics } from '../../electron/contract/metrics.ts'
import { listVerbs } from '../../electron/contract/verbs.ts'
import { openHost } from '../../electron/host/router.ts'
import { jsonOf, stetIn, temporaryFolder, writeRows } from '../host/entry/cli-process.ts'

const folder = temporaryFolder()
const at = (name: string) => path.join(folder, name)
const host = openHost({ onOutput: () => {} })
const client = createRouterClient(host.router).verbs
after(() => host.close())

/** The result at the end of events. */
async function resultOf<Result>(events: AsyncIterator<JobEvent, Result>): Promise<Result> {
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
    JobEvent.parse(next.value)
  }
}

const rows = Array.from({ length: 40 }, (_, i) => ({
  prompt: `Question ${i}?`,
  rejected: `It is ${i}, as I said.`,
  edited: `It is ${i + 1}.`,
}))
const edits = writeRows(at('edits.jsonl'), [...rows, { prompt: '' }])
const annotations = writeRows(
  at('annotations.jsonl'),
  rows.map(({ prompt, rejected, edited }, i) => ({
    instruction: prompt,
    output_1: rejected,
    output_2: edited,
    preference: i % 3 === 0 ? 1 : 2,
  })),
)

test('the contract called in memory returns what the command line prints', async () => {
  const tokenizer = path.resolve(import.meta.dirname, '../golden/llama-tied')
  const memory = [
    await resultOf(
      await client.import({
        project: (await client.init({ project: at('a.stet') })).project,
        files: [edits],
      }),
    ),
    await resultOf(await client.label({ project: at('a.stet'), tokenizer })),
    await resultOf(await client.winrate({ file: annotations })),
    await client.runs({ project: at('a.stet') }),
  ]
  await stetIn(folder, ['init', 'b.stet'])
  const printed: unknown[] = []
  for (const args of [
    ['import', 'b.stet', edits],
    ['label', 'b.stet', '--tokenizer', tokenizer],
    ['winrate', annotations],
    ['runs', 'b.stet'],
  ]) {
    printed.push(jsonOf(await stetIn(folder, [...args, '--json'])))
  }
  assert.deepEqual(printed, memory)
})

test('mistakes have a closed code and name the key, for every caller', async () => {
  const isMistake = (code: string, words: RegExp) => (error: unknown) => {
    assert(error instanceof ORPCError)
    assert.equal(error.code, code)
    assert.equal(error.defined, true)
    assert.match(error.message, words)
    return true
  }
  const sft = { project: at('a.stet'), model: 'tiny' }
  const misspelt = JSON.parse('{ "epoch": 1 }')
  await assert.rejects(
    client['train sft']({ ...sft, config: misspelt }),
    isMistake('bad_input', /"config": unknown key "epoch"\. Did you mean "epochs"\?/),
  )
  await assert.rejects(
    client['train sft']({ ...sft, config: { epochs: 0 } }),
    isMistake('bad_input', /"config\.epochs"/),
  )
  await assert.rejects(
    client.runs({ project: at('none.stet') }),
    isMistake('not_found', /not a Stet project/),
  )
  await assert.rejects(resultOf(await client['train sft'](sft)), isMistake('bad_input', /no demonstrations/))
})

test('an aborted call ends as cancelled', async () => {
  const call = new AbortController()
  const events = await client.import({ project: at('a.stet'), files: [edits] }, { signal: call.signal })
  call.abort()
  await assert.rejects(resultOf(events), { code: 'cancelled' })
})

test('every verb has a summary, an example, and fields that a command line can provide', () => {
  for (const { name, summary, examples, input } of listVerbs()) {
    assert.match(summary, /^[A-Z].*\.$/, `${name}`)
    for (const example of examples) assert(example.startsWith(name), example)
    assert(examples.length > 0, `${name}`)
    for (const field of fieldsOf(input)) assert.match(field.description, /\.$/, `${name} ${field.name}`)
  }
})

test('every metric has a formula and a meaning', () => {
  for (const [key, { formula, meaning }] of Object.entries(metrics)) {
    assert.match(key, /^[a-z]+\/[a-z0-9_]+$/)
    assert(formula.length > 0 && /\.$/.test(meaning), key)
  }
})
