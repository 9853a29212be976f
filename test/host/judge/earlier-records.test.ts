/** Evaluations that earlier versions stored: texts alone, seeds in the ids, sides in the name, skips as verdicts. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import type { Judgement, JudgePair } from '../../../electron/contract/records.ts'
import { evaluate } from '../../../electron/host/judge/evaluate.ts'
import { configOf } from '../../../electron/host/judge/evaluation-config.ts'
import type { Judge } from '../../../electron/pipeline/judge/judge.ts'
import { type Db, openDatabase } from '../../../electron/storage/database.ts'
import {
  addJudgements,
  createEvaluation,
  getEvaluation,
  listEvaluations,
  listJudgements,
  listSkippedPairs,
  openProject,
} from '../../../electron/storage/index.ts'
import { migrate, readMigrations } from '../../../electron/storage/migrate.ts'
import { newProject } from '../../storage/scratch.ts'
import { openClient } from '../client.ts'

const { folder, host, close } = openClient()
after(close)

/** The schema before skipped pairs had a table. */
const earlierSchema = 5

const earlierPair = (item: string, seed?: number) => ({
  id: seed === undefined ? item : `${item}/${seed}`,
  prompt: [{ role: 'user', content: `Question ${item}?` }],
  context: '',
  outputA: `A long answer to ${item}.`,
  outputB: `To ${item}.`,
})
const byItem = ['a', 'b', 'c', 'd'].map((item) => earlierPair(item))
const bySeed = ['a', 'b'].flatMap((item) => [1, 2].map((seed) => earlierPair(item, seed)))

function judgement(pairId: string, fields: Partial<Judgement>): Judgement {
  return { pairId, judge: 'ann', swapped: false, preference: 1, elapsedMs: 900, rawReply: '', ...fields }
}

/** Ids of the evaluations. */
const ids = { experiment: '', blind: '', verb: '', check: '' }
const project = path.join(folder, 'earlier.stet')

/** As the earlier versions stored verdicts, which had no reason. */
function addEarlier(db: Db, evaluationId: string, judgements: Judgement[]): void {
  const insert = db.prepare(
    `INSERT INTO judgements (evaluation_id, pair_id, judge, swapped, preference, elapsed_ms, raw_reply, created_at)
     VALUES (@evaluationId, @pairId, @judge, @swapped, @preference, @elapsedMs, @rawReply, '2026-01-01T00:00:00.000Z')`,
  )
  for (const each of judgements) insert.run({ ...each, swapped: each.swapped ? 1 : 0, evaluationId })
}

before(() => {
  mkdirSync(project)
  const db = openDatabase(path.join(project, 'lab.db'))
  migrate(db, readMigrations().slice(0, earlierSchema))
  const create = (kind: string, name: string, config: object) =>
    createEvaluation(db, { kind, name, runId: null, config: JSON.parse(JSON.stringify(config)) }).id
  const bothOrders = (id: string, judge: string, pairs: typeof byItem) =>
    addEarlier(
      db,
      id,
      pairs.flatMap((pair) =>
        [false, true].map((swapped) => judgement(pair.id, { judge, swapped, elapsedMs: 0 })),
      ),
    )
  ids.experiment = create('win-rate', 'token (klCoef 0.1) against the reference', {
    judge: { kind: 'reward', model: '/models/gold' },
    seed: 1,
    pairs: bySeed,
  })
  bothOrders(ids.experiment, 'reward/gold', bySeed)
  ids.blind = create('blind', 'token (klCoef 0.1) against the reference', {
    of: ids.experiment,
    judge: 'ann',
    seed: 2,
    pairs: bySeed,
  })
  ids.verb = create('win-rate', 'x against y against z', {
    judge: { kind: 'length', prefer: 'shorter' },
    seed: 0,
    reference: 'y against z',
    candidate: 'x',
    pairs: byItem,
  })
  bothOrders(ids.verb, 'length/shorter', byItem)
  ids.check = create('judge-check', "length/shorter before people's votes", {
    judge: { kind: 'length', prefer: 'shorter' },
    seed: 0,
    maxQueryTokens: 9,
    pairs: byItem,
  })
  const sequence: [string, Partial<Judgement>][] = [
    ['a/1', { preference: 1 }],
    ['a/2', { preference: 0.5, rawReply: 'skip' }],
    ['b/1', { preference: 0, swapped: true }],
  ]
  addEarlier(
    db,
    ids.blind,
    sequence.map(([pairId, fields]) => judgement(pairId, fields)),
  )
  // A language model's reply, which is not a skip.
  addEarlier(db, ids.verb, [judgement('a', { judge: 'length/shorter', rawReply: 'skip' })])
  db.close()
})

test('sides, seeds and items are read from the records that had them in names and ids', async () => {
  const opened = await openProject(project)
  const read = (id: string) => configOf(getEvaluation(opened.db, id))
  const { candidate, reference, pairs } = read(ids.experiment)
  assert.deepEqual([candidate, reference], ['token (klCoef 0.1)', 'the reference'])
  assert.deepEqual(
    pairs.map(({ id, item, seed }) => [id, item, seed]),
    [
      ['a/1', 'a', 1],
      ['a/2', 'a', 2],
      ['b/1', 'b', 1],
      ['b/2', 'b', 2],
    ],
  )
  assert.deepEqual(pairs[0]!.outputA, { text: 'A long answer to a.', ended: true })
  const verb = read(ids.verb)
  assert.deepEqual([verb.candidate, verb.reference], ['x', 'y against z'])
  assert.deepEqual([verb.pairs[1]!.item, verb.pairs[1]!.seed], ['b', null])
  const check = read(ids.check)
  assert.deepEqual([check.candidate, check.reference], [null, null])
  opened.close()
})

test('a skip in a blind session becomes a skipped pair, and no other verdict changes', async () => {
  const opened = await openProject(project)
  assert.deepEqual(listSkippedPairs(opened.db, ids.blind), [
    { pairId: 'a/2', judge: 'ann', swapped: false, elapsedMs: 900 },
  ])
  assert.deepEqual(
    listJudgements(opened.db, ids.blind).map(({ pairId, preference }) => [pairId, preference]),
    [
      ['a/1', 1],
      ['b/1', 0],
    ],
  )
  assert.equal(listJudgements(opened.db, ids.verb).length, 9)
  assert.equal(listSkippedPairs(opened.db, ids.verb).length, 0)
  opened.close()
})

test('the session counts, undoes and resumes as before', async () => {
  const session = { project, evaluation: ids.blind }
  const record = (await host.judge.list({ project })).find(({ id }) => id === ids.blind)!
  assert.deepEqual([record.judged, record.pairs, record.of], [3, 4, ids.experiment])
  assert.deepEqual([record.candidate, record.reference], ['token (klCoef 0.1)', 'the reference'])
  const { pairs, agreement } = await host.judge.pairs(session)
  assert.deepEqual(
    pairs.map(({ id, skipped, verdicts }) => [id, skipped, verdicts.length]),
    [
      ['a/1', false, 1],
      ['a/2', true, 0],
      ['b/1', false, 1],
      ['b/2', false, 0],
    ],
  )
  assert.deepEqual(
    [agreement[0]!.judge, agreement[0]!.n, agreement[0]!.agreement],
    ['reward /models/gold', 2, 0.5],
  )

  // Back past the skip, which lies between both verdicts.
  const judged = async () => (await host.judge.undo(session)).judged
  assert.deepEqual([await judged(), await judged()], [2, 1])
  const left = (await host.judge.pairs(session)).pairs.map(({ verdicts }) => verdicts.length)
  assert.deepEqual(left, [1, 0, 0, 0])

  const vote = async (answer: 'skip' | 'tie') => {
    const next = await host.judge.next(session)
    return host.judge.vote({ ...session, pairId: next!.pairId, answer, elapsedMs: 5 })
  }
  await vote('skip')
  await vote('tie')
  const { finished, judged: all } = await vote('skip')
  assert.deepEqual([all, finished?.summary?.n, finished?.summary?.ties], [4, 2, 1])
})

test('an exported session has its skipped pairs without a preference', async () => {
  const { text } = await host.judge.exportPairs({ project, evaluation: ids.blind, format: 'json' })
  const rows = JSON.parse(text) as { preferenceForB: number | null; rawReply: string }[]
  assert.deepEqual(
    rows.filter(({ rawReply }) => rawReply === 'skip').map(({ preferenceForB }) => preferenceForB),
    [null, null],
  )
  assert.equal(rows.length, 4)
})

test('a comparison interrupted in an earlier version is resumed', async () => {
  const { db } = await newProject()
  const settings = { judge: { kind: 'length', prefer: 'shorter' } }
  const name = 'token against the reference'
  const earlier = createEvaluation(db, {
    kind: 'win-rate',
    name,
    runId: null,
    config: JSON.parse(JSON.stringify({ ...settings, seed: 1, pairs: bySeed })),
  })
  addJudgements(
    db,
    earlier.id,
    [false, true].map((swapped) => judgement('a/1', { judge: 'counting', swapped })),
  )
  const asked: string[] = []
  const judge: Judge = {
    name: 'counting',
    batchSize: 1,
    concurrency: 1,
    compare: async (questions) =>
      questions.map(({ pairId }) => {
        asked.push(pairId)
        return { preferSecond: 0.5, rawReply: '', elapsedMs: 0 }
      }),
  }
  const outputOf = (text: string, ended: boolean) => ({ text, ended })
  const pairsOf = (last: string) =>
    ['a', 'b'].flatMap((item) =>
      [1, 2].map((seed): JudgePair => {
        const { outputA, outputB, prompt: _, ...pair } = earlierPair(item, seed)
        const prompt = [{ role: 'user' as const, content: `Question ${item}?` }]
        const outputs = { outputA: outputOf(outputA, true), outputB: outputOf(outputB + last, false) }
        return { ...pair, ...outputs, prompt, item, seed }
      }),
    )
  const hooks = { emit: () => {}, signal: new AbortController().signal }
  const comparison = {
    name,
    settings: { ...settings, candidate: 'token', reference: 'the reference' },
    judge,
    seed: 1,
  }
  const other = await evaluate(db, { ...comparison, pairs: pairsOf(' Or so.') }, hooks)
  assert.notEqual(other.evaluation, earlier.id)
  assert.equal(asked.length, 8)
  asked.length = 0
  const before = listEvaluations(db).length
  const { evaluation, summary } = await evaluate(db, { ...comparison, pairs: pairsOf('') }, hooks)
  assert.deepEqual([evaluation, listEvaluations(db).length], [earlier.id, before])
  assert.deepEqual([asked.length, asked.includes('a/1')], [6, false])
  assert.deepEqual([summary.n, summary.prompts], [4, 2])
})
