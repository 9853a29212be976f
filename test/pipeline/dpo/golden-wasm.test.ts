/** Direct losses on the embedded runtime against PyTorch and TRL. */
import { before } from 'node:test'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { testDirectLosses } from './golden-losses.ts'

before(() => openRuntime({ kind: 'wasm' }))
testDirectLosses()
