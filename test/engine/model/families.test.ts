/** A family is a row: it holds everything that is particular to it, and no file outside `families/` asks which family it has. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { linearLayers, parametersOf } from '../../../electron/engine/model/config.ts'
import { families, familyNames } from '../../../electron/engine/model/families/index.ts'
import { classificationName, missingClass } from '../../../electron/engine/model/sources/classification.ts'
import {
  configFromHuggingFace,
  toHuggingFace,
} from '../../../electron/engine/model/sources/huggingface-config.ts'

const root = path.resolve(import.meta.dirname, '../../..')

/** One golden model of each family. */
const goldenModels = {
  llama: 'llama-untied',
  gpt2: 'gpt2',
  phi3: 'phi3',
  granite: 'granite',
  gptNeo: 'gpt-neo',
  gptNeox: 'gpt-neox',
  qwen3: 'qwen3',
  mistral: 'mistral',
  gemma3: 'gemma3',
  smollm3: 'smollm3',
  olmo2: 'olmo2',
} satisfies Record<keyof typeof families, string>

const classifiers = JSON.parse(readFileSync(path.join(root, 'test/golden/classifiers.json'), 'utf8')) as {
  classes: Record<string, Record<'sequence' | 'token', string | null>>
}

function goldenConfig(family: keyof typeof families) {
  const file = path.join(root, 'test/golden', goldenModels[family], 'config.json')
  return configFromHuggingFace(JSON.parse(readFileSync(file, 'utf8')), file)
}

for (const family of familyNames) {
  describe(family, () => {
    const config = goldenConfig(family)
    const parameters = parametersOf(config)

    test('reads its own config.json as itself', () => {
      assert.equal(config.family, family)
      assert.equal(configFromHuggingFace(toHuggingFace(config), 'config.json').family, family)
    })

    test('names every parameter once, for Hugging Face and for GGUF', () => {
      for (const key of ['name', 'ggufName'] as const) {
        const names = parameters.map((parameter) => parameter[key])
        assert.deepEqual(names, [...new Set(names)])
      }
    })

    test('has its embedding and a separate output matrix as tables of the vocabulary', () => {
      const { embedding, outputMatrix } = families[family]
      const tables = parametersOf({ ...config, tiedEmbeddings: false }).filter(
        ({ role }) => role === 'vocabulary',
      )
      assert.deepEqual(
        tables.map(({ name, shape }) => [name, shape]),
        [embedding, outputMatrix].map((name) => [name, [config.vocabSize, config.hiddenSize]]),
      )
    })

    test('writes classifiers under the class that transformers has for them, or says that it has none', () => {
      const json = toHuggingFace(config)
      for (const kind of ['sequence', 'token'] as const) {
        const name = classificationName(config, json.architectures, kind)
        const expected = classifiers.classes[String(json.model_type)]![kind]
        assert.equal(missingClass(config, kind), expected === null ? name : null)
        if (expected !== null) assert.equal(name, expected)
      }
    })

    test('has two linear layers per layer that write to the residual stream', () => {
      const residual = parameters.filter(({ role }) => role === 'residual')
      assert.equal(residual.length, 2 * config.numLayers)
      const layers = linearLayers(config)
      for (const { name } of residual)
        assert.equal(layers.get(name.replace(/\.weight$/, ''))?.output, config.hiddenSize, name)
    })
  })
}

test('every family has a golden model with adapters', () => {
  const adapted = readdirSync(path.join(root, 'test/golden/lora')).map((model) => {
    const file = path.join(root, 'test/golden', model, 'config.json')
    return configFromHuggingFace(JSON.parse(readFileSync(file, 'utf8')), file).family
  })
  assert.deepEqual([...new Set(adapted)].sort(), [...familyNames].sort())
})

test('an architecture belongs to one family', () => {
  for (const kind of ['huggingFace', 'gguf'] as const) {
    const architectures = Object.values(families).flatMap((family) => family[kind].architectures)
    assert.deepEqual(architectures, [...new Set(architectures)])
  }
})

describe('outside families/', () => {
  const familiesFolder = 'electron/engine/model/families/'
  const files = ['electron', 'renderer']
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        path.posix.join(folder, file.split(path.sep).join('/')),
      ),
    )
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith(familiesFolder))

  const textOf = (file: string) => readFileSync(path.join(root, file), 'utf8')

  test('no file compares the name of a family or of an architecture', () => {
    const architectures = Object.values(families).flatMap((family) => [
      ...family.huggingFace.architectures,
      ...family.gguf.architectures,
    ])
    const name = [...new Set([...familyNames, ...architectures])].join('|')
    const comparison = new RegExp(
      [
        String.raw`\bfamily\s*[!=]==?`,
        String.raw`[!=]==?\s*[\w.]*\bfamily\b`,
        String.raw`switch\s*\([^)]*\bfamily\b`,
        `([!=]==?|case)\\s*['"\`](${name})['"\`]`,
        `['"\`](${name})['"\`]\\s*[!=]==?`,
        `\\b(${name})\\s*\\?[^.?:]`,
        `\\.(has|includes)\\(['"\`](${name})['"\`]\\)`,
      ].join('|'),
    )
    // GGUF's names of tokenizer models are those of the models that had them first.
    const exempt = ['electron/engine/tokenizer/gguf.ts']
    const comparing = files.filter((file) => !exempt.includes(file) && comparison.test(textOf(file)))
    assert.deepEqual(comparing, [])
  })

  test('no file names a parameter of a family', () => {
    const names = Object.values(families).flatMap(({ layerPrefix, embedding, outputMatrix }) => [
      layerPrefix(0).replace(/0\.$/, ''),
      embedding,
      outputMatrix,
    ])
    const naming = files.filter((file) => names.some((name) => textOf(file).includes(`'${name}`)))
    assert.deepEqual(naming, [])
  })
})
