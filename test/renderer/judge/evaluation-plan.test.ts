import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  blankPlan,
  evaluationInputs,
  missingFrom,
  planSentence,
} from '../../../renderer/judge/evaluation-plan.ts'

const plan = {
  ...blankPlan,
  reference: ' base ',
  candidates: ['sft', 'ppo'],
  judges: ['world', 'length:shorter'],
}

test('every candidate is judged by every judge, against the one reference', () => {
  assert.deepEqual(missingFrom(plan), [])
  assert.deepEqual(
    evaluationInputs(plan).map(({ candidate, judge, reference }) => [candidate, judge, reference]),
    [
      ['sft', 'world', 'base'],
      ['ppo', 'world', 'base'],
      ['sft', 'length:shorter', 'base'],
      ['ppo', 'length:shorter', 'base'],
    ],
  )
  assert.equal(
    planSentence(plan),
    'Compares 2 candidates with base on up to 128 prompts, by 2 judges: 4 evaluations.',
  )
})

test('each thing that is missing has its sentence', () => {
  assert.equal(missingFrom(blankPlan).length, 3)
  assert.match(missingFrom({ ...plan, candidates: ['base'] })[0]!, /^base is the reference/)
  assert.match(missingFrom({ ...plan, prompts: null })[0]!, /how many prompts/)
})
