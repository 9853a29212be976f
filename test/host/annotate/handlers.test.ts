import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { after, test } from 'node:test'
import { fakeRewardModel, openClient, resultOf } from '../client.ts'
import { writeRows } from '../entry/cli-process.ts'

const { folder, host, close } = openClient()
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
  itemId,
  annotator,
  edited,
  state,
  createdAt: null,
  operations: [],
  elapsedMs: 5,
  provenance: 'human' as const,
})

test('the queue lists unfinished items in order, and a saved revision is opened again', async () => {
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

test('the queue is filtered by state and by words, and its rows say what a finished edit has cost', async () => {
  const project = await projectOf('filtered', rows)
  const ask = (filter: object) => host.annotate.queue({ project, annotator: 'ann', order: 'all', ...filter })
  const { ids } = await ask({})
  await host.annotate.save({ project, annotation: work(ids[0]!, 'ann', 'Answer 0 is good.') })
  await host.annotate.save({ project, annotation: work(ids[1]!, 'ann', 'Half', 'draft') })
  await host.annotate.note({ project, annotator: 'ann', id: ids[1]!, text: 'unsure' })
  assert.deepEqual((await ask({ state: 'done' })).ids, [ids[0]])
  assert.deepEqual((await ask({ state: 'none' })).ids, ids.slice(2))
  assert.deepEqual((await ask({ search: 'question 3' })).ids, [ids[3]])
  assert.deepEqual((await ask({ search: 'question 3', state: 'done' })).ids, [])
  const shown = await host.annotate.queueRows({
    project,
    annotator: 'ann',
    ids: [ids[1]!, ids[0]!, 'item_unknown'],
  })
  assert.deepEqual(shown, [
    {
      id: ids[1],
      prompt: 'Question 1?',
      response: 'Answer 1 is bad.',
      state: 'draft',
      edit: null,
      note: 'unsure',
      editedBy: [],
    },
    {
      id: ids[0],
      prompt: 'Question 0?',
      response: 'Answer 0 is bad.',
      state: 'done',
      edit: { changes: 1, ratio: 0.25 },
      note: '',
      editedBy: [],
    },
  ])
})

test('guidelines are kept with the project, and kinds of changes with the edit and its export', async () => {
  const project = await projectOf('guided', rows.slice(0, 1))
  assert.deepEqual(await host.annotate.guidelines({ project }), { text: '', kinds: [] })
  const guidelines = { text: 'Keep the *tone*.', kinds: ['Fact', 'Tone'] }
  await host.annotate.saveGuidelines({ project, guidelines: { text: 'old', kinds: [] } })
  await host.annotate.saveGuidelines({ project, guidelines })
  assert.deepEqual(await host.annotate.guidelines({ project }), guidelines)
  const [id] = (await host.annotate.queue({ project, annotator: 'ann' })).ids
  const changeKinds = [{ start: 12, end: 15, kind: 'Fact', severity: 'major' as const }]
  const annotation = { ...work(id!, 'ann', 'Answer 0 is good.'), changeKinds }
  await host.annotate.save({ project, annotation })
  const { annotation: stored } = await host.annotate.open({ project, annotator: 'ann', id: id! })
  assert.deepEqual(stored?.changeKinds, changeKinds)
  const out = path.join(folder, 'guided-out.jsonl')
  for await (const _ of await host.verbs.export({ project, out }));
  const { folder: other } = await host.projects.create({ name: 'guided-copy' })
  await imported(other, out)
  const copy = await host.annotate.open({ project: other, annotator: 'ann', id: id! })
  assert.deepEqual(copy.annotation?.changeKinds, changeKinds)
})

test('a revision or a note that the writer has not seen is never replaced silently', async () => {
  const project = await projectOf('two-windows', rows.slice(0, 1))
  const { ids } = await host.annotate.queue({ project, annotator: 'ann' })
  const id = ids[0]!
  const save = (edited: string, after: number | null) =>
    host.annotate.save({ project, annotation: work(id, 'ann', edited), after })
  assert.equal((await save('One.', 0)).revision, 1)
  await assert.rejects(save('Two.', 0), {
    code: 'conflict',
    message: /ann has edited item .* elsewhere meanwhile/,
  })
  assert.equal((await host.annotate.open({ project, annotator: 'ann', id })).annotation?.edited, 'One.')
  assert.equal((await save('Two.', 1)).revision, 2)
  assert.equal((await save('Three.', null)).revision, 3)
  const others = { project, annotation: work(id, 'bob', 'Mine.'), after: 0 }
  assert.equal((await host.annotate.save(others)).revision, 1, 'each annotator has a history')

  const note = (text: string, before: string | null) =>
    host.annotate.note({ project, annotator: 'ann', id, text, before })
  await note('first', '')
  await assert.rejects(note('second', ''), { code: 'conflict', message: /changed elsewhere meanwhile/ })
  await note('second', 'first')
  await note('third', null)
  assert.equal((await host.annotate.open({ project, annotator: 'ann', id })).note, 'third')
})

test('two annotators agree on the words that both changed or kept; differences come first', async () => {
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

test('imported annotations are added, conflicting ones under another name, and none twice', async () => {
  const here = await projectOf('here', rows)
  const there = await projectOf('there', rows)
  const { ids } = await host.annotate.queue({ project: here, annotator: 'ann' })
  await host.annotate.save({ project: here, annotation: work(ids[0]!, 'ann', 'Here.') })
  await host.annotate.save({ project: there, annotation: work(ids[0]!, 'ann', 'There.') })
  await host.annotate.save({ project: there, annotation: work(ids[1]!, 'ann', 'New.') })
  const annotationFile = path.join(folder, 'annotations.jsonl')
  for await (const _ of await host.verbs.export({ project: there, out: annotationFile, format: 'stet' }));
  const first = await host.annotate.importAnnotations({ project: here, file: annotationFile })
  assert.equal(first.added, 2)
  assert.deepEqual(first.conflicts, [{ id: ids[0], annotator: 'ann', here: 'Here.', there: 'There.' }])
  const { annotations } = await host.data.get({ project: here, id: ids[0]! })
  assert.deepEqual(
    annotations.map(({ annotator, edited }) => [annotator, edited]),
    [
      ['ann', 'Here.'],
      ['ann (pack)', 'There.'],
    ],
  )
  assert.equal((await host.annotate.importAnnotations({ project: here, file: annotationFile })).added, 0)
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

test('a server drafts an edit; a server that fails, hangs or replies nonsense is reported in a sentence', async () => {
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
    [(_, response) => response.end('<html>'), /valid chat completion/],
    [(_, response) => response.end('{"choices":[]}'), /valid chat completion/],
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

test('a model of the project drafts an edit; one that is missing, or does not stop, is reported in a sentence', async () => {
  const project = await projectOf('draft-lab', rows.slice(0, 1))
  const [id] = (await host.annotate.queue({ project, annotator: 'ann' })).ids
  const draft = (model: string) => host.annotate.draft({ project, id: id!, server: null, model })
  const [tidy, endless] = ['tidy', 'endless'].map((name) => path.join(folder, name))
  for (const model of [tidy!, endless!]) mkdirSync(model)
  assert.deepEqual(await draft(tidy!), { edited: '2 messages.', model: tidy })
  await assert.rejects(draft(endless!), { code: 'unavailable', message: /endless was cut off/ })
  await assert.rejects(draft('absent'), { code: 'not_found', message: /"absent" is neither a model/ })
})

const doubted = [
  ['The answer is bad', 'The answer is good'],
  ['The answer is very good', 'The answer is very bad'],
  ['The answer is a', 'The answer is the'],
] as const

async function finishedEdits(name: string): Promise<{ project: string; ids: string[] }> {
  const project = await projectOf(
    name,
    doubted.map(([rejected], i) => ({ prompt: `Question ${i}?`, rejected })),
  )
  const { ids } = await host.annotate.queue({ project, annotator: 'ann' })
  for (const [i, id] of ids.entries())
    await host.annotate.save({ project, annotation: work(id, 'ann', doubted[i]![1]) })
  return { project, ids }
}

test('finished edits are ordered by how much a reward model disagrees with them, and are scored once', async () => {
  const { project, ids } = await finishedEdits('doubts')
  const rewardModel = await fakeRewardModel(path.join(folder, 'doubting'))
  const asked = { project, annotator: 'ann', rewardModel }
  const ask = async (more: object = {}) => resultOf(await host.annotate.disagreement({ ...asked, ...more }))
  const first = await ask()
  assert.ok(first.progress >= 2)
  assert.deepEqual(
    first.result.edits.map(({ id }) => id),
    [ids[1], ids[2], ids[0]],
  )
  const [worst, middle, best] = first.result.edits
  assert.deepEqual([worst!.changed, middle!.changed, best!.changed], [1, 0.5, 0])
  // Four of six changed tokens have ±1. Kept tokens have 0: the good of the second edit is deleted, so it does not count.
  assert.deepEqual(first.result.scale, { kept: 0, size: 4 / 6 })
  assert.deepEqual([(await ask()).progress, (await ask({ limit: 2 })).result.edits.length], [0, 2])
  assert.equal((await ask({ annotator: 'bob' })).result.finished, 0)
  const { result: rewarded } = await resultOf(await host.annotate.rewards({ ...asked, id: ids[1]! }))
  assert.deepEqual(rewarded.edited.map(({ text, label, reward }) => [text, label, reward]).slice(-2), [
    [' very', 0, 0],
    [' bad', 1, -1],
  ])
  await host.annotate.save({ project, annotation: work(ids[1]!, 'ann', 'The answer is very good, is good') })
  const again = await ask()
  assert.ok(again.progress > 0, 'the new revision is scored')
  assert.notEqual(again.result.edits[0]!.id, ids[1])
  await assert.rejects(resultOf(await host.annotate.rewards({ ...asked, id: 'item_none' })), {
    code: 'not_found',
  })
})

test('scoring can be cancelled, and is refused while the trainer is busy with a training run', async () => {
  const { project } = await finishedEdits('left')
  const slow = await fakeRewardModel(path.join(folder, 'slow'))
  for await (const event of await host.annotate.disagreement({
    project,
    annotator: 'ann',
    rewardModel: slow,
  })) {
    assert.deepEqual(event, { type: 'progress', phase: 'score', done: 0, total: 6 })
    break
  }
  const file = path.join(folder, 'demos.jsonl')
  writeRows(file, [{ instruction: 'Why?', output: 'So.' }])
  await imported(project, file)
  const input = { project, model: 'world', name: 'long', config: { epochs: 100_000 } }
  const { id } = await host.work.start({ verb: 'train sft', input })
  for await (const event of await host.work.watch({ id })) if (event.type === 'step') break
  const rewardModel = await fakeRewardModel(path.join(folder, 'waiting'))
  await assert.rejects(
    resultOf(await host.annotate.disagreement({ project, annotator: 'ann', rewardModel })),
    { code: 'unavailable', message: /The trainer is busy/ },
  )
  await host.work.stop({ id })
  for await (const _ of await host.work.watch({ id }));
  const { result } = await resultOf(
    await host.annotate.disagreement({ project, annotator: 'ann', rewardModel }),
  )
  assert.equal(result.edits.length, 3)
})

test('a text is split into the same tokens as its labels; a missing model is reported in a sentence', async () => {
  const project = await projectOf('encode', rows.slice(0, 1))
  const model = await fakeRewardModel(path.join(folder, 'cutting'))
  const encode = (tokenizer: string, text: string) => host.annotate.encode({ project, tokenizer, text })
  const { ids, spans } = await encode(model, 'the answer is é')
  // The two bytes of é both have the whole character.
  assert.deepEqual(spans, [0, 3, 3, 10, 10, 13, 13, 14, 14, 15, 14, 15])
  assert.equal(ids.length, 6)
  await assert.rejects(encode('absent', 'x'), { code: 'not_found', message: /"absent" is neither a model/ })
})

test('what one annotator has changed repeatedly in finished edits is listed; drafts and others do not count', async () => {
  const texts = ['We utilise it now.', 'They utilise it often.', 'You utilise it, too.', 'I utilise it.']
  const project = await projectOf(
    'corrections',
    texts.map((rejected, i) => ({ prompt: `Question ${i}?`, rejected })),
  )
  const { ids } = await host.annotate.queue({ project, annotator: 'ann', order: 'all' })
  const save = (i: number, annotator: string, state: 'draft' | 'done') =>
    host.annotate.save({
      project,
      annotation: work(ids[i]!, annotator, texts[i]!.replace('utilise', 'use'), state),
    })
  await save(0, 'ann', 'done')
  await save(1, 'ann', 'draft')
  await save(2, 'bob', 'done')
  assert.deepEqual(await host.annotate.corrections({ project, annotator: 'ann' }), [])
  await save(1, 'ann', 'done')
  const corrections = await host.annotate.corrections({ project, annotator: 'ann' })
  assert.deepEqual(corrections, [{ from: 'utilise', to: 'use', times: 2 }])
})

test('the effort of each person is what the editor has recorded; edits without a record are left out', async () => {
  const project = await projectOf('effort', rows)
  const { ids } = await host.annotate.queue({ project, annotator: 'ann', order: 'all' })
  const operations = [
    { at: 12, removed: 'bad', inserted: '', elapsedMs: 2_000 },
    { at: 12, removed: '', inserted: 'goof', elapsedMs: 15_000 },
    { at: 15, removed: 'f', inserted: 'd', elapsedMs: 16_000 },
  ]
  const recorded = { ...work(ids[0]!, 'ann', 'Answer 0 is good.'), operations, elapsedMs: 20_000 }
  await host.annotate.save({ project, annotation: recorded })
  await host.annotate.save({ project, annotation: work(ids[1]!, 'ann', 'Answer 1 is good.') })
  const [effort, ...others] = await host.annotate.effort({ project })
  assert.deepEqual(others, [])
  assert.deepEqual(
    { ...effort, savedAt: null },
    {
      id: ids[0],
      prompt: 'Question 0?',
      annotator: 'ann',
      state: 'done',
      activeSeconds: 20,
      steps: 3,
      characters: 9,
      needed: 'bad.good.'.length,
      longPauses: 1,
      savedAt: null,
      shown: {},
    },
  )
})
