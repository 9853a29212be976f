import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runPresets } from '../../../electron/contract/presets.ts'
import { RunKind } from '../../../electron/contract/run-kinds/index.ts'
import { type GuideFacts, guideSteps } from '../../../renderer/app/guide-steps.ts'

const nothing: GuideFacts = { finished: 0, sawLabels: false, runs: [], evaluations: 0 }
const done = (facts: Partial<GuideFacts>) =>
  guideSteps({ ...nothing, ...facts }).flatMap(({ title, isDone }) => (isDone ? [title] : []))

test('a step is done when the project shows it, in any order', () => {
  assert.deepEqual(done({}), [])
  assert.deepEqual(done({ finished: 1 }), ['Annotate'])
  assert.deepEqual(done({ sawLabels: true, evaluations: 2 }), ['Labels', 'Judge'])
  assert.deepEqual(
    done({
      runs: [
        { kind: 'sft', state: 'done' },
        { kind: 'reward', state: 'paused' },
        { kind: 'ppo', state: 'running' },
      ],
    }),
    ['Initial policy'],
  )
})

test('each training step opens a form with a preset that exists', () => {
  const trainings = guideSteps(nothing).filter(({ verb }) => verb?.startsWith('train '))
  assert.equal(trainings.length, 3)
  for (const { verb, search } of trainings) {
    assert.equal(verb, `train ${search.new}`)
    assert.ok(runPresets[RunKind.parse(search.new)]?.some(({ title }) => title === search.preset))
  }
})
