import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uniforms } from '../../electron/engine/random.ts'
import { drawsOf } from '../../electron/world/draws.ts'

const key = { seed: 7, stream: 'test/draws' }

test('choices follow the generator in order, however many are made', () => {
  const draws = drawsOf(key, 3)
  const made = Array.from({ length: 500 }, (_, i) => draws.chance((i % 10) / 10))
  assert.deepEqual(
    made,
    [...uniforms(key, 3, 500)].map((number, i) => number < (i % 10) / 10),
  )
})

test('options are picked in proportion to their weights, and never at weight zero', () => {
  const draws = drawsOf(key, 4)
  const counts = { a: 0, b: 0, c: 0 }
  for (let i = 0; i < 5000; i++) counts[draws.pick(['a', 'b', 'c'] as const, [3, 0, 1])]++
  assert.equal(counts.b, 0)
  assert(Math.abs(counts.a / 5000 - 0.75) < 0.03)
})
