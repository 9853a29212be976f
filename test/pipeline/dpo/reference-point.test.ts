/** KTO's reference point against the log-probabilities it is made of. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { copyModel, type Model, weightsOf } from '../../../electron/engine/model/model.ts'
import { logprobsOf, responsePass, responseTensors } from '../../../electron/engine/model/responses.ts'
import { loadModel } from '../../../electron/engine/model/sources/load-and-save.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { padResponses, type QueryResponse } from '../../../electron/engine/training/batch.ts'
import { ResponseScorer, type ScoredPair } from '../../../electron/pipeline/dpo/inputs.ts'
import { referencePoint } from '../../../electron/pipeline/dpo/reference-point.ts'
import { temporaryFolder, toyExamples, toyTokenizer, writeToyModel } from '../../invariant/toy.ts'

const folder = temporaryFolder()
const { dpoPairs } = toyExamples(5, toyTokenizer())
const limits = { maxPositions: 128 }

before(async () => {
  await openRuntime({ kind: 'wasm' })
  await writeToyModel(folder)
})

const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0)

/** One response alone, without any batching. */
function logprobOf(model: Model, response: QueryResponse): number {
  const batch = responseTensors(padResponses([response], 0))
  return sum(logprobsOf(responsePass(model, weightsOf(model), batch)).dataSync())
}

/** Sets the model's parameters to those of the other, times a factor. */
function move(model: Model, start: Model, factor: number): void {
  for (const [name, variable] of model.parameters)
    tf.tidy(() => variable.assign(tf.mul(start.parameters.get(name)!.read(), factor)))
}

test('it is the mean change of the next pair’s responses after this prompt, at least 0', () => {
  const model = loadModel(folder)
  const start = copyModel(model)
  const scorer = new ResponseScorer(model, 0, 3)
  const lengths = { queryLength: 48, responseLength: 48 }
  const pairs: ScoredPair[] = scorer.scorePairs(dpoPairs, lengths)
  const pointOf = referencePoint(pairs, scorer, limits)
  assert.equal(pointOf(pairs), 0)
  const step = [pairs[4]!, pairs[1]!]
  const points = [0.5, 1.2].map((factor) => {
    move(model, start, factor)
    const mismatched = [
      [4, 0],
      [1, 2],
    ].flatMap(([prompt, other]) =>
      (['rejected', 'chosen'] as const).map((side) => ({
        query: dpoPairs[prompt!]!.chosen.query,
        response: dpoPairs[other!]![side].response,
      })),
    )
    const changes = mismatched.map((row) => logprobOf(model, row) - logprobOf(start, row))
    const expected = Math.max(0, sum(changes) / changes.length)
    const point = pointOf(step)
    assert.ok(Math.abs(point - expected) < 1e-3, `${point} is not ${expected}`)
    return point
  })
  assert.ok(Math.max(...points) > 1, `${points}`)
  assert.throws(() => referencePoint(pairs.slice(0, 1), scorer, limits), /two pairs or more/)
  assert.throws(() => referencePoint(pairs, scorer, { maxPositions: 8 }), /do not fit the model's context/)
  scorer.dispose()
})
