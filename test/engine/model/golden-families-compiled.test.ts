/** The golden models of further families, and adapters on most of them, compiled quickly. */
import { quickCompilation } from '../../invariant/compiled.ts'
import { testGoldenAdapters } from './golden-adapters.ts'
import { quicklyCompiled, testGoldenModels } from './golden-models.ts'

process.env.XLA_FLAGS ??= quickCompilation
testGoldenModels({}, 'tensorflow', quicklyCompiled)
testGoldenAdapters({}, 'tensorflow', ['phi3', 'gpt-neox', 'qwen3', 'gemma3', 'smollm3', 'olmo2'])
