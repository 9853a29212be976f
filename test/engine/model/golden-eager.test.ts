/** The golden models and adapters, op by op. */
import { testGoldenAdapters } from './golden-adapters.ts'
import { testGoldenModels } from './golden-models.ts'

testGoldenModels({ eager: true }, 'tensorflow')
testGoldenAdapters({ eager: true }, 'tensorflow')
