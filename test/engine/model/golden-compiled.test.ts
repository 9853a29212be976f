/** The golden models and adapters, compiled. */
import { testGoldenAdapters } from './golden-adapters.ts'
import { testGoldenModels } from './golden-models.ts'

testGoldenModels({}, 'tensorflow')
testGoldenAdapters({}, 'tensorflow')
