import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ListedRun } from '../../../electron/contract/runs.ts'
import {
  filteredRuns,
  readSorting,
  sortedRuns,
  stepWords,
  writeSorting,
} from '../../../renderer/runs/run-rows.ts'

function listed(name: string, fields: Partial<ListedRun> = {}): ListedRun {
  return {
    id: `run_${name}`,
    kind: 'ppo',
    name,
    state: 'done',
    error: null,
    config: { modelName: null, job: { kind: 'ppo', config: { totalSteps: 120 } } },
    seeds: {},
    codeVersion: '0',
    parentId: null,
    result: null,
    createdAt: '2026-01-01T00:00:00Z',
    changedAt: '2026-01-01T00:00:00Z',
    step: 120,
    latest: {},
    branch: null,
    spark: [],
    note: '',
    tags: [],
    seconds: 1,
    alert: null,
    best: null,
    ...fields,
  }
}

const namesOf = (runs: ListedRun[]) => runs.map(({ name }) => name)

test('runs are sorted by any column; those without a value come last in either direction', () => {
  const runs = [
    listed('a', { latest: { 'judge/win_rate': 60 } }),
    listed('b'),
    listed('c', { latest: { 'judge/win_rate': 64 } }),
  ]
  const by = (text: string) => namesOf(sortedRuns(runs, readSorting(text)))
  assert.deepEqual(by('winRate descending'), ['c', 'a', 'b'])
  assert.deepEqual(by('winRate ascending'), ['a', 'c', 'b'])
  assert.deepEqual(by('name descending'), ['c', 'b', 'a'])
  assert.deepEqual(by('nonsense'), ['a', 'b', 'c'], 'as they come, by the time of their start')
  assert.equal(writeSorting(readSorting('kl descending')), 'kl descending')
})

test('runs are found by words of their name, note and tags', () => {
  const runs = [listed('token reward', { tags: ['paper'] }), listed('sequence', { note: 'for the paper' })]
  const found = (search: string, kind?: string) => namesOf(filteredRuns(runs, { search, kind }))
  assert.deepEqual(found('paper'), ['token reward', 'sequence'])
  assert.deepEqual(found('PAPER token'), ['token reward'])
  assert.deepEqual(found('', 'sft'), [])
  assert.deepEqual(found('absent'), [])
})

test('step and total are one reading', () => {
  assert.equal(stepWords(listed('a')), '120')
  assert.equal(stepWords(listed('a', { state: 'paused', step: 84 })), '84 of 120')
  assert.equal(stepWords(listed('a', { state: 'queued', step: null })), 'of 120')
})
