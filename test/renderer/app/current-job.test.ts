/** The job that is named at a glance is the one that is being worked on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WorkRecord } from '../../../electron/contract/work.ts'
import { currentJob, openModelOf } from '../../../renderer/app/current-job.ts'

const job = (id: string, some: Partial<WorkRecord> = {}): WorkRecord => ({
  id,
  verb: 'train sft',
  project: 'here',
  input: {},
  state: 'running',
  place: null,
  progress: null,
  starting: null,
  secondsLeft: null,
  run: null,
  evaluation: null,
  serving: null,
  notes: [],
  error: null,
  result: null,
  startedAt: `2026-01-01T00:00:0${id.length}Z`,
  endedAt: null,
  ...some,
})
const named = (jobs: WorkRecord[]) => currentJob(jobs, 'here')?.id ?? null

test('the running job is named, not one that was queued after it', () => {
  assert.equal(named([job('queued', { state: 'queued' }), job('runs')]), 'runs')
})

test('a served model is named only if there is nothing else, also if it started last', () => {
  const served = job('served', { verb: 'serve-model' })
  assert.equal(named([served, job('runs')]), 'runs')
  assert.equal(named([served, job('waiting', { state: 'queued' })]), 'waiting')
  assert.equal(named([served]), 'served')
})

test('of two that run, this project’s is named, then the one that started first', () => {
  assert.equal(named([job('a', { project: 'there' }), job('bb')]), 'bb')
  assert.equal(named([job('bbb'), job('aa')]), 'aa')
})

test('of queued jobs the next is named; ended ones never', () => {
  const queued = (id: string, place: number) => job(id, { state: 'queued', place })
  assert.equal(named([queued('moved-up', 1), queued('older', 2)]), 'moved-up')
  assert.equal(named([job('over', { state: 'done', endedAt: '2026-01-01T00:01:00Z' })]), null)
})

test('the open model is that which a running job trains or judges, without its folders', () => {
  const open = (input: WorkRecord['input'], some: Partial<WorkRecord> = {}) =>
    openModelOf(job('a', { input, ...some }))
  assert.equal(open({ project: 'here', model: 'world' }), 'world')
  assert.equal(open({ policy: 'base', rewardModel: 'rewards' }), 'base')
  assert.equal(open({ reference: 'base', candidate: 'aligned' }), 'aligned')
  assert.equal(open({ model: '/models/smollm2/' }), 'smollm2')
  assert.equal(open({ model: 'C:\\models\\smollm2.gguf' }), 'smollm2.gguf')
  assert.equal(open({ project: 'here' }), null)
  assert.equal(open({ model: 'base' }, { state: 'queued' }), null)
  assert.equal(openModelOf(null), null)
})
