/**
 * A model and data so small that a whole run takes a second: one layer of 16 dimensions on the 67 tokens of
 * test/golden/llama-tied, and pairs made of a few words. Written to a folder without any runtime.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import type { RunInputRow } from '../../electron/contract/records.ts'
import { writeSafetensors } from '../../electron/engine/formats/safetensors.ts'
import { parameterShapes, scoreHead } from '../../electron/engine/model/config.ts'
import { configFromHuggingFace } from '../../electron/engine/model/sources/huggingface-config.ts'
import { normals } from '../../electron/engine/random.ts'
import { loadTokenizer, type Tokenizer } from '../../electron/engine/tokenizer/index.ts'
import type { QueryResponse } from '../../electron/engine/training/batch.ts'
import type { DpoPair } from '../../electron/pipeline/dpo/examples.ts'
import { labelPair } from '../../electron/pipeline/label/labels.ts'
import { editedPair, type RewardPair } from '../../electron/pipeline/reward/examples.ts'

const golden = path.resolve(import.meta.dirname, '../golden/llama-tied')

/** A folder that is removed when the test file ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'stet-invariant-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface ToyOptions {
  seed?: number
  /** With a scalar head, as a reward model has. */
  scored?: boolean
  /** Changes to config.json. */
  config?: Record<string, unknown>
}

/** Writes the toy model as a Hugging Face folder; its distributions are far from uniform. */
export async function writeToyModel(
  folder: string,
  { seed = 1, scored = false, config = {} }: ToyOptions = {},
): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const whole = {
    ...(JSON.parse(readFileSync(path.join(golden, 'config.json'), 'utf8')) as object),
    hidden_size: 16,
    intermediate_size: 24,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    ...config,
  }
  const modelConfig = configFromHuggingFace(whole, 'config.json')
  const shapes = [...parameterShapes(modelConfig)]
  if (scored) shapes.push([scoreHead, [1, modelConfig.hiddenSize]])
  const tensors = shapes.map(([name, shape]) => ({ name, shape, data: () => toyValues(name, shape, seed) }))
  await writeSafetensors(path.join(folder, 'model.safetensors'), tensors)
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(whole))
  for (const file of ['tokenizer.json', 'tokenizer_config.json'])
    copyFileSync(path.join(golden, file), path.join(folder, file))
  return folder
}

function toyValues(name: string, shape: number[], seed: number): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1)
  const values = normals({ seed, stream: `toy/${name}` }, 0, size)
  const isNorm = shape.length === 1
  return values.map((x) => (isNorm ? 1 + 0.1 * x : 0.4 * x))
}

export function toyTokenizer(): Tokenizer {
  return loadTokenizer(golden)
}

const subjects = ['the cat', 'an owl', 'the user', 'a hen', 'the toad', 'one man']
const times = ['', ' now', ' at one', ' at ten', ' then']
const places = ['on the mat', 'in the house', 'at sea', 'on the moon', 'in a hat']

/** Row `i` of 30 different ones: a question, a wrong answer, its edit, and another answer that is preferred. */
function toyTexts(i: number) {
  const subject = subjects[i % subjects.length]!
  const [right, wrong] = [places[i % places.length]!, places[(i + 2) % places.length]!]
  return {
    prompt: `where is ${subject}${times[Math.floor(i / subjects.length) % times.length]}?`,
    chosen: `it is ${right}.`,
    rejected: `${subject} sat ${wrong}, no!`,
    edited: `${subject} sat ${right}.`,
  }
}

/** @returns `train` rows of the training split, then `heldout` others */
export function toyRows(train: number, heldout = 0): RunInputRow[] {
  return Array.from({ length: train + heldout }, (_, i) => {
    const { prompt, chosen, rejected, edited } = toyTexts(i)
    return {
      split: i < train ? 'train' : 'heldout',
      edited,
      item: {
        id: `item_${i}`,
        sourceId: null,
        source: 'toy',
        prompt: [{ role: 'user', content: prompt }],
        context: '',
        chosen,
        rejected,
        errorSpans: null,
        metadata: {},
      },
    }
  })
}

export function writeRows(file: string, rows: readonly RunInputRow[]): string {
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return file
}

export interface ToyExamples {
  demonstrations: QueryResponse[]
  rewardPairs: RewardPair[]
  dpoPairs: DpoPair[]
}

/** The same rows as token sequences, of different lengths. */
export function toyExamples(count: number, tokenizer: Tokenizer): ToyExamples {
  const rows = toyRows(count).map(({ item, edited }) => ({
    item,
    edited: edited!,
    query: tokenizer.encodeChat(item.prompt, { addGenerationPrompt: true }),
  }))
  const rewardPairs = rows.map(({ item, edited, query }) =>
    editedPair(query, labelPair(tokenizer, item.id, item.rejected!, edited), tokenizer),
  )
  return {
    demonstrations: rows.map(({ item, query }) => ({
      query,
      response: [...tokenizer.encode(item.chosen!), tokenizer.eosId],
    })),
    rewardPairs,
    dpoPairs: rewardPairs,
  }
}
