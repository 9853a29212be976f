/** Leaked tensors, on wasm. */
import { openRuntime } from '../../electron/engine/runtime/runtime.ts'
import { testLeaks } from './leaks.ts'

testLeaks(() => openRuntime({ kind: 'wasm' }))
