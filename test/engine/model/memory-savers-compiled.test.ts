/** On the compiled runtime. */
import { test } from 'node:test'
import { compiledRuntimeOrSkip, openQuicklyCompilingRuntime } from '../../invariant/compiled.ts'
import { assertChunksChangeNothing, assertRecomputingChangesNothing } from './memory-savers.ts'

test('layers computed again in the backward pass give the same gradients', async (t) => {
  if (!compiledRuntimeOrSkip(t)) return
  await openQuicklyCompilingRuntime()
  assertRecomputingChangesNothing(1e-6)
})

test('a vocabulary in chunks gives the same numbers and gradients', async (t) => {
  if (!compiledRuntimeOrSkip(t)) return
  await openQuicklyCompilingRuntime()
  assertChunksChangeNothing(1e-6)
})
