/** The golden models and adapters, on wasm. */
import { testGoldenAdapters } from './golden-adapters.ts'
import { testGoldenModels } from './golden-models.ts'

testGoldenModels({ kind: 'wasm' }, 'wasm')
testGoldenAdapters({ kind: 'wasm' }, 'wasm')
