/** On the wasm runtime. */
import { before, test } from 'node:test'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { assertChunksChangeNothing, assertRecomputingChangesNothing } from './memory-savers.ts'

before(() => openRuntime({ kind: 'wasm' }))

test('layers computed again in the backward pass give the same gradients', () =>
  assertRecomputingChangesNothing(1e-6))
test('a vocabulary in chunks gives the same numbers and gradients', () => assertChunksChangeNothing(1e-6))
