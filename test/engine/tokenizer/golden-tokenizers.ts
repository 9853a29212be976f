/** The tokenizers that test/golden/make_tokenizer.py trained, opened like a user's model folder. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Message } from '../../../electron/contract/records.ts'
import { loadTokenizer, type Tokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { readGolden } from '../../golden.ts'

export type JsonObject = { [key: string]: unknown }

export interface GoldenTokenizer {
  definition: JsonObject
  config: JsonObject
  cases: { text: string; ids: number[]; offsets: [number, number][]; decoded: string }[]
  chats: { messages: Message[]; addGenerationPrompt: boolean; ids: number[] }[]
}

export const byteLevelKinds = ['gpt2', 'llama3', 'smollm', 'falcon', 'words'] as const
export const goldenKinds = [
  ...byteLevelKinds,
  'gpt2-prefix-space',
  'qwen2',
  'llama2',
  'metaspace-first',
  'metaspace-always-split',
  'gemma',
  'unknown',
  'unigram',
] as const
export type GoldenKind = (typeof goldenKinds)[number]

export function goldenTokenizer(kind: GoldenKind): GoldenTokenizer {
  return readGolden(`tokenizer/${kind}.json`)
}

/** Runs `use` with a folder of these files (objects as JSON), then removes the folder. */
export function withFolder<T>(files: { [name: string]: unknown }, use: (folder: string) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), 'stet-tokenizer-'))
  try {
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
    }
    return use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export function openGolden(kind: GoldenKind): Tokenizer {
  const { definition, config } = goldenTokenizer(kind)
  return withFolder({ 'tokenizer.json': definition, 'tokenizer_config.json': config }, loadTokenizer)
}
