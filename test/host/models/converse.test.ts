/** Conversations with models of a project, and the rewards of their tokens. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, test } from 'node:test'
import { createRouterClient } from '@orpc/server'
import type { JobEvent } from '../../../electron/contract/events.ts'
import { openHost } from '../../../electron/host/router.ts'
import { writeRewardCard } from '../../../electron/pipeline/reward/card.ts'
import { toyTokenizer, writeToyModel } from '../../invariant/toy.ts'
import { temporaryFolder } from '../entry/cli-process.ts'

process.env.STET_RUNTIME = 'wasm'
const folder = temporaryFolder()
process.env.STET_SETTINGS = path.join(folder, 'settings')
process.env.STET_PROJECTS = path.join(folder, 'projects')
const { router, board, close } = openHost({ onOutput: () => {} })
const host = createRouterClient(router)
after(async () => {
  await board.stopAll()
  await close()
})

const { folder: project } = await host.projects.create({ name: 'chat' })
await host.models.importModel({ project, path: await writeToyModel(path.join(folder, 'toy')), name: 'toy' })
const scored = await writeToyModel(path.join(folder, 'scored'), { scored: true })
await writeRewardCard(scored, {
  scheme: 'bt-changed',
  keptMean: 0.1,
  tokenizerHash: toyTokenizer().hash,
})
await host.models.importModel({ project, path: scored, name: 'scored' })

type Role = 'system' | 'user' | 'assistant'
const said = (...turns: [Role, string][]) => turns.map(([role, content]) => ({ role, content }))

async function resultOf<Result>(events: { next(): Promise<IteratorResult<JobEvent, Result>> }) {
  const seen: JobEvent[] = []
  for (;;) {
    const next = await events.next()
    if (next.done) return { seen, result: next.value }
    seen.push(next.value)
  }
}

const answer = async (messages: ReturnType<typeof said>, more: { seed?: number } = {}) =>
  resultOf(await host.models.chat({ project, model: 'toy', messages, maxNew: 6, temperature: 1, ...more }))

test('an answer comes in parts that add up to it, and depends on every turn and on the seed', async () => {
  const first = await answer(said(['user', 'a b']))
  const parts = first.seen.flatMap((event) => (event.type === 'token' ? [event.text] : []))
  assert.equal(parts.join(''), first.result.text)
  assert.ok(first.result.tokens > 0 && first.result.tokens <= 6)
  assert.deepEqual((await answer(said(['user', 'a b']))).result, first.result)
  const other = [
    await answer(said(['user', 'a b']), { seed: 1 }),
    await answer(said(['user', 'b a'], ['assistant', 'b'], ['user', 'a b'])),
  ]
  for (const { result } of other) assert.notEqual(result.text, first.result.text)
})

test('a conversation that does not end with the user, or a model that is gone, is refused', async () => {
  await assert.rejects(answer(said(['user', 'a'], ['assistant', 'b'])), {
    code: 'bad_input',
    message: /must end with a message of the user/,
  })
  const events = await host.models.chat({ project, model: 'gone', messages: said(['user', 'a']) })
  await assert.rejects(resultOf(events), { code: 'not_found' })
})

test('every token of a response gets a reward, and its tokens are the response', async () => {
  const responses = [
    { messages: said(['user', 'a b']), response: 'b a a' },
    { messages: said(['user', 'a b']), response: 'b' },
  ]
  const { result } = await resultOf(await host.models.rate({ project, rewardModel: 'scored', responses }))
  assert.equal(result.length, 2)
  for (const [i, rated] of result.entries()) {
    assert.equal(rated!.tokens.map(({ text }) => text).join(''), responses[i]!.response)
    assert.ok(rated!.tokens.every(({ reward }) => Number.isFinite(reward)))
    assert.ok(Number.isFinite(rated!.score))
  }
  assert.notEqual(result[0]!.score, result[1]!.score)
})
