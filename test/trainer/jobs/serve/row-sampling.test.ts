import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filteredProbabilities, sampleFrom } from '../../../../electron/engine/generation/sample.ts'
import { normals, uniforms } from '../../../../electron/engine/random.ts'
import { chooseToken, logprobsAt } from '../../../../electron/trainer/jobs/serve/row-sampling.ts'

const rowOf = (n: number, size: number) =>
  Float32Array.from(normals({ seed: n, stream: 'logits' }, 0, size), (x) => 3 * x)

test('a seed, a draw and a position determine the token; draws differ', () => {
  const logits = rowOf(1, 50)
  const settings = { temperature: 1, topK: 0, topP: 1, seed: 3, draw: 0 }
  const tokens = (draw: number) =>
    Array.from({ length: 40 }, (_, t) => chooseToken(logits, { ...settings, draw }, t))
  assert.deepEqual(tokens(0), tokens(0))
  assert.notDeepEqual(tokens(0), tokens(1))
})

test('temperature 0 takes the most likely token', () => {
  const logits = rowOf(2, 50)
  assert.equal(
    chooseToken(logits, { temperature: 0, topK: 0, topP: 1, seed: 0, draw: 0 }, 0),
    logits.indexOf(Math.max(...logits)),
  )
})

for (const [topK, topP] of [
  [0, 0.9],
  [0, 0.3],
  [0, Number.MIN_VALUE],
  [5, 1],
  [5, 0.7],
  [1, 1],
] as const)
  test(`with top_k ${topK} and top_p ${topP}, tokens are those of Stet's own sampling`, () => {
    for (let n = 0; n < 200; n++) {
      const logits = rowOf(n, 400)
      const settings = { temperature: 0.7, topK, topP, seed: n, draw: 2 }
      const [uniform] = uniforms({ seed: n, stream: 'serve/2' }, 5, 1)
      const probabilities = filteredProbabilities(logits, settings)
      const token = chooseToken(logits, settings, 5)
      assert.ok(probabilities[token]! > 0, 'a token that is cut is never taken')
      // Both invert the same distribution, over tokens in another order.
      const byProbability = [...probabilities.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!)
      const index = sampleFrom(
        Float64Array.from(byProbability, (id) => probabilities[id]!),
        uniform!,
      )
      assert.equal(token, byProbability[index])
    }
  })

test('without top-k and top-p every token is taken as often as its probability says', () => {
  const logits = Float32Array.from([0, 1, 2, -1])
  const probabilities = filteredProbabilities(logits, { temperature: 1, topK: 0, topP: 1 })
  const counts = [0, 0, 0, 0]
  for (let t = 0; t < 20_000; t++)
    counts[chooseToken(logits, { temperature: 1, topK: 0, topP: 1, seed: 1, draw: 0 }, t)]!++
  for (const [id, count] of counts.entries()) assert.ok(Math.abs(count / 20_000 - probabilities[id]!) < 0.012)
})

test('log-probabilities are those of the logits, and the most likely come first', () => {
  const logits = rowOf(3, 300)
  const sum = Math.log(logits.reduce((total, x) => total + Math.exp(x), 0))
  const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!)
  const { logprob, top } = logprobsAt(logits, 7, 20)
  assert.ok(Math.abs(logprob - (logits[7]! - sum)) < 1e-6)
  assert.deepEqual(
    top.map(([id]) => id),
    order.slice(0, 20),
  )
  assert.deepEqual(logprobsAt(logits, 7, 0).top, [])
})
