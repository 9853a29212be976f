/** The state of a PPO run in a checkpoint: its keys, and what a branch with other settings takes from it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  fromStored,
  type PpoState,
  type StoredPpoState,
  toStored,
} from '../../../electron/pipeline/ppo/state.ts'

const tripwires = { maxKl: 5, lengthChange: null, maxRepetition: null, minEosRate: 0.2, judgeDrop: null }
const settings = { klCoef: 0.1, tripwires }
const stored: StoredPpoState = {
  klCoef: 0.4,
  scale: { center: 0, deviation: 1 },
  memory: { known: ['maxKl', 'minEosRate'], firstLength: 12, bestWinRate: null, scoresAtBest: null },
  updates: 3,
  bestStep: null,
  under: settings,
}
const state: PpoState = {
  klCoef: 0.4,
  scales: { scale: { center: 0, deviation: 1 }, sequenceScale: null, memberScales: null },
  tripwires: {
    acknowledged: ['maxKl', 'minEosRate'],
    firstLength: 12,
    bestWinRate: null,
    scoresAtBest: null,
  },
  updates: 3,
  bestStep: null,
}

test('a run that resumes with the same settings has the state that was saved', () => {
  assert.equal(JSON.stringify(toStored(state, settings)), JSON.stringify(stored), 'the keys of every version')
  assert.deepEqual(fromStored(stored, settings), state)
})

test('the scale of a second reward model is kept, and stored only by runs that have one', () => {
  const sequenceScale = { center: 2, deviation: 3 }
  const both: PpoState = { ...state, scales: { ...state.scales, sequenceScale } }
  assert.deepEqual(fromStored(toStored(both, settings), settings), both)
})

test('the scales of the members of an ensemble are kept', () => {
  const memberScales = [
    { center: 2, deviation: 3 },
    { center: -1, deviation: 0.5 },
  ]
  const both: PpoState = { ...state, scales: { ...state.scales, memberScales } }
  assert.deepEqual(fromStored(toStored(both, settings), settings), both)
})

test('a checkpoint of a version that stored no settings keeps its state', () => {
  const { under: _, ...older } = stored
  assert.deepEqual(fromStored(older, { klCoef: 0.3, tripwires: { ...tripwires, maxKl: 9 } }), state)
})

test('a tripwire that paused the parent trips again if the branch changes its limit', () => {
  const raised = fromStored(stored, { klCoef: 0.1, tripwires: { ...tripwires, maxKl: 9 } })
  assert.deepEqual([raised.klCoef, raised.tripwires.acknowledged], [0.4, ['minEosRate']])
})

test("a branch's own klCoef replaces the parent's", () => {
  assert.equal(fromStored(stored, { ...settings, klCoef: 0.2 }).klCoef, 0.2)
})
