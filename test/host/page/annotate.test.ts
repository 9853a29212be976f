import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { after, test } from 'node:test'
import { writeRows } from '../cli-process.ts'
import { openPageClient } from './page-client.ts'

const { folder, host, close } = openPageClient()
after(close)

async function projectOf(name: string, rows: object[]): Promise<string> {
  const { folder: project } = await host.projects.create({ name })
  const file = path.join(folder, `${name}.jsonl`)
  writeRows(file, rows)
  await imported(project, file)
  return project
}

async function imported(project: string, file: string): Promise<void> {
  const events = await host.verbs.import({ project, files: [file] })
  for await (const _ of events);
}

const rows = Array.from({ length: 6 }, (_, i) => ({
  prompt: `Question ${i}?`,
  rejected: `Answer ${i} is bad.`,
}))
const work = (itemId: string, annotator: string, edited: string, state: 'draft' | 'done' = 'done') => ({
  ...{ itemId, annotator, edited, state, createdAt: null },
  ...{ operations: [], elapsedMs: 5, provenance: 'human' as const },
})

test('The queue has what is unfinished, item after item, and a saved revision is what opens again.', async () => {
  const project = await projectOf('queue', [...rows, { prompt: 'Only chosen?', chosen: 'Yes.' }])
  const ask = (order: 'unfinished' | 'all' | 'flagged') =>
    host.annotate.queue({ project, annotator: 'ann', order })
  const { ids, total } = await ask('unfinished')
  assert.deepEqual([ids.length, total], [6, 6])
  await host.annotate.save({ project, annotation: work(ids[0]!, 'ann', 'Answer 0 is good.') })
  await host.annotate.save({ project, annotation: work(ids[1]!, 'ann', 'Half', 'draft') })
  assert.deepEqual((await ask('unfinished')).ids, ids.slice(1))
  assert.equal((await ask('unfinished')).done, 1)
  assert.deepEqual((await ask('all')).ids, ids)
  assert.deepEqual((await ask('flagged')).ids, [])
  assert.deepEqual((await host.annotate.queue({ project, annotator: 'bob' })).ids, ids)
  await host.annotate.note({ project, annotator: 'ann', id: ids[1]!, text: 'unsure' })
  const open = await host.annotate.open({ project, annotator: 'ann', id: ids[1]! })
  assert.deepEqual([open.annotation?.edited, open.annotation?.revision, open.note], ['Half', 1, 'unsure'])
})

test('Two annotators agree as far as they changed the same words, differences first.', async () => {
  const project = await projectOf('agree', rows.slice(0, 2))
  const { ids } = await host.annotate.queue({ project, annotator: 'ann' })
  for (const [id, first, second] of [
    [ids[0]!, 'Answer 0 is good.', 'Answer 0 is good.'],
    [ids[1]!, 'Answer 1 is good.', 'Answer one is bad.'],
  ] as const) {
    await host.annotate.save({ project, annotation: work(id, 'ann', first) })
    await host.annotate.save({ project, annotation: work(id, 'bob', second) })
  }
  const { alpha, items } = await host.annotate.agreement({ project, first: 'ann', second: 'bob' })
  assert.deepEqual(
    items.map(({ id, agreement }) => [id, agreement]),
    [
      [ids[1], 0.5],
      [ids[0], 1],
    ],
  )
  // 8 words each; 6 agree; values 0 12 times and −1 4 times: 1 − (2/8) / (1 − (12·11 + 4·3) / (16·15)) = 0.375.
  assert.ok(Math.abs(alpha! - 0.375) < 1e-12)
})

test('A pack comes home: what is new is added, what differs is kept beside, and nothing comes twice.', async () => {
  const here = await projectOf('here', rows)
  const there = await projectOf('there', rows)
  const { ids } = await host.annotate.queue({ project: here, annotator: 'ann' })
  await host.annotate.save({ project: here, annotation: work(ids[0]!, 'ann', 'Here.') })
  await host.annotate.save({ project: there, annotation: work(ids[0]!, 'ann', 'There.') })
  await host.annotate.save({ project: there, annotation: work(ids[1]!, 'ann', 'New.') })
  const pack = path.join(folder, 'pack.jsonl')
  for await (const _ of await host.verbs.export({ project: there, out: pack, format: 'stet' }));
  const first = await host.annotate.importPack({ project: here, file: pack })
  assert.equal(first.added, 2)
  assert.deepEqual(first.conflicts, [{ id: ids[0], annotator: 'ann', here: 'Here.', there: 'There.' }])
  const { annotations } = await host.items.get({ project: here, id: ids[0]! })
  assert.deepEqual(
    annotations.map(({ annotator, edited }) => [annotator, edited]),
    [
      ['ann', 'Here.'],
      ['ann (pack)', 'There.'],
    ],
  )
  assert.equal((await host.annotate.importPack({ project: here, file: pack })).added, 0)
})

async function withServer(answer: RequestListener, ask: (server: string) => Promise<void>): Promise<void> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

test('A draft is what the server proposes; a server that fails, hangs or babbles is told in a sentence.', async () => {
  const project = await projectOf('draft', rows.slice(0, 1))
  const [id] = (await host.annotate.queue({ project, annotator: 'ann' })).ids
  const draft = (server: string, timeoutSeconds = 5) =>
    host.annotate.draft({ project, id: id!, server, model: 'small', timeoutSeconds })
  let asked = ''
  const good: RequestListener = (request, response) => {
    request.on('data', (chunk) => (asked += chunk))
    request.on('end', () =>
      response.end(JSON.stringify({ choices: [{ message: { content: ' Answer 0 is good. ' } }] })),
    )
  }
  await withServer(good, async (server) => {
    assert.deepEqual(await draft(server), { edited: 'Answer 0 is good.', model: 'small' })
    assert.match(asked, /Answer 0 is bad\./)
  })
  const cases: [RequestListener, RegExp][] = [
    [(_, response) => response.writeHead(500).end('no memory'), /answered 500: no memory/],
    [(_, response) => response.end('<html>'), /no chat completion/],
    [(_, response) => response.end('{"choices":[]}'), /no chat completion/],
    [(_, response) => response.end('{"choices":[{"message":{"content":" "}}]}'), /empty text/],
    [(_, response) => response.end('x'.repeat(3 * 2 ** 20)), /too long/],
    [() => {}, /did not answer within 0\.3 s/],
    [
      (_, response) => response.writeHead(302, { Location: 'http://example.com/' }).end(),
      /cannot be reached/,
    ],
  ]
  for (const [answer, message] of cases) {
    await withServer(answer, (server) =>
      assert.rejects(draft(server, answer.length === 0 ? 0.3 : 5), { code: 'unavailable', message }),
    )
  }
  await assert.rejects(draft('http://192.0.2.1/v1'), { code: 'bad_input', message: /another machine/ })
})

test('A model of the lab drafts too; one that does not exist, or finds no end, is told in a sentence.', async () => {
  const project = await projectOf('draft-lab', rows.slice(0, 1))
  const [id] = (await host.annotate.queue({ project, annotator: 'ann' })).ids
  const draft = (model: string) => host.annotate.draft({ project, id: id!, server: null, model })
  const [tidy, endless] = ['tidy', 'endless'].map((name) => path.join(folder, name))
  for (const model of [tidy!, endless!]) mkdirSync(model)
  assert.deepEqual(await draft(tidy!), { edited: '2 messages.', model: tidy })
  await assert.rejects(draft(endless!), { code: 'unavailable', message: /endless was cut off/ })
  await assert.rejects(draft('nobody'), { code: 'not_found', message: /"nobody" is neither a model/ })
})
