import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { readAnyAnnotations } from '../../../electron/pipeline/judge/annotations.ts'
import { winRateFromArenaHard } from '../../../electron/pipeline/judge/arena-hard.ts'

type Score = string | null

async function resultOf(rows: { games: [Score | undefined, Score | undefined]; model?: string }[]) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'stet-arena-'))
  try {
    const file = path.join(folder, 'judgments.jsonl')
    const lines = rows.map(({ games, model = 'm' }, i) => {
      const played = games.map((score) => (score === undefined ? null : { score, judgment: {}, prompt: [] }))
      return JSON.stringify({ uid: `q${i}`, model, judge: 'j', category: 'hard_prompt', games: played })
    })
    await writeFile(file, `${lines.join('\n')}\n`)
    const read = await readAnyAnnotations(file)
    assert.equal(read.kind, 'arena-hard')
    return winRateFromArenaHard(read.kind === 'arena-hard' ? read.rows : [])
  } finally {
    await rm(folder, { recursive: true })
  }
}

test("a clear verdict counts three times, and the first game is from the baseline's side", async () => {
  // The model is B in the first game (A>>B: it loses clearly) and A in the second (A>B: it wins).
  const { winRate, n } = await resultOf([{ games: ['A>>B', 'A>B'] }])
  assert.deepEqual([winRate, n], [25, 1])
  assert.equal((await resultOf([{ games: ['B>>A', 'A=B'] }])).winRate, (100 * 3.5) / 4)
  assert.equal((await resultOf([{ games: ['A<<B', 'B<<A'] }])).winRate, 100)
  assert.equal((await resultOf([{ games: ['A<B', 'B>A'] }])).winRate, 50)
})

test('questions without a verdict in both games are left out with a note, and nothing is controlled for', async () => {
  const result = await resultOf([
    { games: ['A=B', 'A=B'] },
    { games: [null, 'A>B'] },
    { games: ['A>B', undefined] },
    { games: ['garbage', 'A>B'] },
  ])
  assert.deepEqual([result.winRate, result.n, result.lengthControlledWinRate], [50, 1, null])
  assert.match(result.notes.join(' '), /3 of 4 rows have no verdict in one of their games/)
  await assert.rejects(resultOf([{ games: [null, null] }]), /No row has a verdict in both games/)
})

test('judgments of two models are refused, and a row without two games is named', async () => {
  const games: [Score, Score] = ['A>B', 'A>B']
  await assert.rejects(resultOf([{ games }, { games, model: 'other' }]), /judge 2 models \(m, other/)
  await assert.rejects(resultOf([{ games: ['A>B'] as unknown as [Score, Score] }]), /line 1: "games"/)
})

test('the standard error is by question, however often a clear verdict counts', async () => {
  const { standardError } = await resultOf([
    { games: ['A>>B', 'B>>A'] },
    { games: ['B>>A', 'A>>B'] },
    { games: ['A>>B', 'B>>A'] },
    { games: ['B>>A', 'A>>B'] },
  ])
  // Four questions at 0 or 100: s / √n.
  assert.ok(Math.abs(standardError! - (100 * Math.sqrt(1 / 3)) / 2) < 1e-9)
})
