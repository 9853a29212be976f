/** The golden models and adapters, compiled. */
import { testGoldenAdapters } from './golden-adapters.ts'
import { fullyCompiled, testGoldenModels } from './golden-models.ts'

testGoldenModels({}, 'tensorflow', fullyCompiled)
testGoldenAdapters({}, 'tensorflow', ['llama-tied', 'gpt2'])
