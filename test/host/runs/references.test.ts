import assert from 'node:assert/strict'
import path from 'node:path'
import { after, test } from 'node:test'
import type { JsonValue } from '../../../electron/contract/json.ts'
import type { RunKind } from '../../../electron/contract/run-kinds/index.ts'
import { PpoConfig } from '../../../electron/contract/run-kinds/ppo.ts'
import { createRun, openProject } from '../../../electron/storage/index.ts'
import { openClient } from '../client.ts'
import { writeRows } from '../entry/cli-process.ts'

const { folder, host, board, close } = openClient()
after(close)

const file = path.join(folder, 'demos.jsonl')
writeRows(
  file,
  Array.from({ length: 30 }, (_, i) => ({ instruction: `Question ${i}?`, output: `Answer ${i}.` })),
)

/** A project with a PPO run and an SFT run, as storage keeps them. */
async function projectWithRuns() {
  const project = path.join(folder, 'runs.stet')
  const { openHost } = await import('../../../electron/host/router.ts')
  const { createRouterClient } = await import('@orpc/server')
  const maker = openHost({ onOutput: () => {} })
  const client = createRouterClient(maker.router).verbs
  await client.init({ project })
  for await (const _ of await client.import({ project, files: [file] }));
  await maker.close()
  const { db, close: leave } = await openProject(project)
  const config = PpoConfig.parse({ temperature: 0.7 })
  const runOf = (kind: RunKind, job: Record<string, JsonValue>) =>
    createRun(db, {
      kind,
      name: kind,
      seeds: {},
      codeVersion: 'test',
      parentId: null,
      config: { job: { kind, config, ...job }, modelName: null },
    }).id
  const ppo = runOf('ppo', { policy: 'models/base', rewardModel: 'models/r', judge: null })
  leave()
  return { project, ppo }
}

const { project, ppo } = await projectWithRuns()
const ids = (await host.data.page({ project, limit: 3 })).rows.map(({ id }) => id)

async function answersTo(promptIds: string[]) {
  const events = await host.runs.references({ project, run: ppo, promptIds })
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
  }
}

test('the reference responds to each prompt, in order, and not to a deleted item', async () => {
  const answers = await answersTo([ids[1]!, 'item_gone', ids[0]!])
  assert.deepEqual(answers, [
    { promptId: ids[1], text: ' 1 messages. ', ended: true },
    { promptId: ids[0], text: ' 1 messages. ', ended: true },
  ])
})

test('a busy trainer is reported; responses already generated are still returned', async () => {
  const train = { project, model: 'world', name: 'long', config: { epochs: 5000 } }
  const { id } = await host.work.start({ verb: 'train sft', input: train })
  for await (const event of await host.work.watch({ id })) if (event.type === 'step') break
  await assert.rejects(answersTo([ids[0]!, ids[2]!]), {
    code: 'unavailable',
    message: /trainer is busy.*finish, or pause it/,
  })
  assert.equal((await answersTo([ids[0]!])).length, 1)
  await board.stopAll()
  assert.equal((await answersTo([ids[0]!, ids[2]!])).length, 2)
})

test('a run without a reference is refused', async () => {
  const run = (await host.runs.list({ project })).find(({ kind }) => kind === 'sft')!.id
  const events = await host.runs.references({ project, run, promptIds: [ids[0]!] })
  await assert.rejects(events.next(), { code: 'bad_input', message: /Only PPO/ })
})
