/** The golden models of further families, and adapters on joined projections, compiled quickly. */
import { quickCompilation } from '../../invariant/compiled.ts'
import { testGoldenAdapters } from './golden-adapters.ts'
import { quicklyCompiled, testGoldenModels } from './golden-models.ts'

process.env.XLA_FLAGS ??= quickCompilation
testGoldenModels({}, 'tensorflow', quicklyCompiled)
testGoldenAdapters({}, 'tensorflow', ['phi3', 'gpt-neox'])
