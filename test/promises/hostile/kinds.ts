/** The kinds of files that come from outside: how a mutant of each is made, and how Stet reads it. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Annotation } from '../../../electron/contract/records.ts'
import { openSafetensors } from '../../../electron/engine/formats/safetensors.ts'
import { openModelSource } from '../../../electron/engine/model/sources/model-source.ts'
import { openTokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { importAnnotations } from '../../../electron/host/annotate/import-annotations.ts'
import { openTokenizerAt } from '../../../electron/host/models/project-models.ts'
import { stetRow } from '../../../electron/pipeline/data/exporters/stet.ts'
import { makeItem } from '../../../electron/pipeline/data/item.ts'
import { openParquetRows } from '../../../electron/pipeline/data/parquet-rows.ts'
import { readColumns } from '../../../electron/pipeline/data/raw-rows.ts'
import { openRows } from '../../../electron/pipeline/data/read.ts'
import { createProject } from '../../../electron/storage/index.ts'
import { damageBytes, damageJsonText, damageTemplate, type Random } from './mutate.ts'

export interface Kind {
  /** The file or folder to open, with one part of it damaged. */
  write(random: Random): string
  /** @returns whether parts of it were refused, if any of it was read */
  open(file: string): unknown
}

const golden = path.resolve(import.meta.dirname, '../../golden')
const read = (...parts: string[]) => readFileSync(path.join(golden, ...parts))
const json = (...parts: string[]): unknown => JSON.parse(read(...parts).toString())

const rows = [
  { prompt: 'A question?', rejected: 'a b c', chosen: 'a b d', metadata: { clerk: 'x', n: 1.5 } },
  { prompt: [{ role: 'user', content: 'Hi "you",\nthere 🙂' }], rejected: 'naïve', chosen: 'fine' },
  { prompt: 'Z?', rejected: '', chosen: 'é', source: 's' },
]

async function readTable(file: string): Promise<boolean> {
  await readColumns(file)
  let hasBad = false
  for await (const row of (await openRows(file)).rows) hasBad ||= 'reason' in row
  return hasBad
}

const messages = [
  { role: 'system' as const, content: 'Be brief.' },
  { role: 'user' as const, content: 'Hi <|im_end|> 🙂' },
]

function tryTokenizer(tokenizer: ReturnType<typeof openTokenizerAt>): void {
  const { ids } = tokenizer.encodeWithOffsets('ab naïve 🙂 12 a!')
  tokenizer.decode([...ids, 0, 1, tokenizer.eosId])
  tokenizer.encodeChat(messages, { addGenerationPrompt: true })
}

function readModel(file: string): void {
  const source = openModelSource(file)
  for (const name of source.parameters.shapes.keys()) source.parameters.read(name)
}

/** @param folder to write into; it is of this process alone */
export const kinds = {
  jsonl(folder: string): Kind {
    const file = path.join(folder, 'mutant.jsonl')
    return {
      write(random) {
        const lines = rows.map((row) => (random.below(2) ? JSON.stringify(row) : damageJsonText(row, random)))
        const text = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')]))
        writeFileSync(file, random.below(3) ? text : damageBytes(text, random))
        return file
      },
      open: readTable,
    }
  },
  csv(folder: string): Kind {
    const file = path.join(folder, 'mutant.csv')
    const whole = Buffer.from(
      'prompt,rejected,chosen,metadata\n"A, ""q""?",a b,a c,"{""a"": 1}"\r\n"two\nlines",naïve,🙂,\n'.repeat(
        4,
      ),
    )
    return {
      write(random) {
        writeFileSync(file, damageBytes(whole, random))
        return file
      },
      open: readTable,
    }
  },
  parquet(folder: string): Kind {
    const file = path.join(folder, 'mutant.parquet')
    const names = ['none', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4', 'pages-v2', 'no-rows']
    const originals = names.map((name) => read('parquet', `${name}.parquet`))
    return {
      write(random) {
        const whole = random.oneOf(originals)
        // The description is at the end of the file.
        const end = Math.max(0, whole.length - 1500)
        const isInEnd = random.below(2) === 1
        const damaged = isInEnd
          ? Buffer.concat([whole.subarray(0, end), damageBytes(whole.subarray(end), random)])
          : damageBytes(whole, random)
        writeFileSync(file, damaged)
        return file
      },
      // Stet does this in a process of limited time and memory.
      async open() {
        for await (const _ of (await openParquetRows(file)).batches);
      },
    }
  },
  gguf(folder: string): Kind {
    const file = path.join(folder, 'mutant.gguf')
    const originals = [read('llama-tied.gguf')] // with its tokenizer
    return {
      write(random) {
        writeFileSync(file, damageBytes(random.oneOf(originals), random))
        return file
      },
      open() {
        readModel(file)
        tryTokenizer(openTokenizer(openModelSource(file).tokenizerSource))
      },
    }
  },
  safetensors(folder: string): Kind {
    const file = path.join(folder, 'mutant.safetensors')
    const whole = read('safetensors', 'plain.safetensors')
    const end = 8 + Number(whole.readBigUInt64LE())
    const header = JSON.parse(whole.toString('utf8', 8, end))
    return {
      write(random) {
        const text = damageJsonText(header, random)
        const size = Buffer.alloc(8)
        size.writeBigUInt64LE(BigInt(text.length))
        const damaged = random.below(2)
          ? Buffer.concat([size, text, whole.subarray(end)])
          : damageBytes(whole, random)
        writeFileSync(file, damaged)
        return file
      },
      open() {
        const opened = openSafetensors(file)
        for (const [name, { dtype }] of opened.tensors)
          dtype === 'I32' ? opened.readInt32(name) : opened.readTensor(name)
      },
    }
  },
  tokenizer(folder: string): Kind {
    const model = path.join(folder, 'mutant')
    cpSync(path.join(golden, 'llama-tied'), model, { recursive: true })
    const config = json('llama-tied', 'tokenizer_config.json')
    const definitions = ['gpt2', 'llama3', 'sentencepiece', 'unigram', 'words', 'falcon'].map(
      (name) =>
        (json('tokenizer', `${name}.json`) as { definition?: object }).definition ??
        json('tokenizer', `${name}.json`),
    )
    definitions.push(json('llama-tied', 'tokenizer.json') as object)
    return {
      write(random) {
        const last = definitions.at(-1)!
        const definition = random.below(2) ? last : random.oneOf(definitions)
        writeFileSync(path.join(model, 'tokenizer.json'), damageJsonText(definition, random))
        const text = random.below(4) ? JSON.stringify(config) : damageJsonText(config, random)
        writeFileSync(path.join(model, 'tokenizer_config.json'), text)
        return model
      },
      open: () => tryTokenizer(openTokenizerAt(model)),
    }
  },
  template(folder: string): Kind {
    const model = path.join(folder, 'mutant')
    cpSync(path.join(golden, 'llama-tied'), model, { recursive: true })
    const config = json('llama-tied', 'tokenizer_config.json') as object
    const templates = Object.values(json('templates.json') as Record<string, unknown>).flatMap(templatesIn)
    return {
      write(random) {
        const chat_template = damageTemplate(random.oneOf(templates), random)
        writeFileSync(path.join(model, 'tokenizer_config.json'), JSON.stringify({ ...config, chat_template }))
        return model
      },
      open: () => tryTokenizer(openTokenizerAt(model)),
    }
  },
  adapter(folder: string): Kind {
    const adapter = path.join(folder, 'mutant')
    cpSync(path.join(golden, 'adapters/score'), adapter, { recursive: true })
    const { base } = json('adapters/score', 'expected.json') as { base: string }
    cpSync(path.join(golden, base), path.join(folder, base), { recursive: true })
    const config = {
      ...(json('adapters/score', 'adapter_config.json') as object),
      base_model_name_or_path: `../${base}`,
    }
    const weights = read('adapters/score', 'adapter_model.safetensors')
    return {
      write(random) {
        const isConfig = random.below(2) === 1
        const text = isConfig ? damageJsonText(config, random) : JSON.stringify(config)
        writeFileSync(path.join(adapter, 'adapter_config.json'), text)
        writeFileSync(
          path.join(adapter, 'adapter_model.safetensors'),
          isConfig ? weights : damageBytes(weights, random),
        )
        return adapter
      },
      open: () => readModel(adapter),
    }
  },
  async pack(folder: string): Promise<Kind> {
    const file = path.join(folder, 'mutant.jsonl')
    const { db } = await createProject(path.join(folder, 'project.stet'), 'project')
    const item = makeItem({
      source: 's',
      prompt: [{ role: 'user', content: 'Q?' }],
      rejected: 'a b c',
      errorSpans: [{ start: 0, end: 1, kind: 'wrong' }],
      metadata: { clerk: 'x' },
    })
    const annotation: Annotation = {
      itemId: item.id,
      annotator: 'ann',
      revision: 1,
      state: 'done',
      edited: 'a c',
      operations: [{ at: 2, removed: 'b ', inserted: '', elapsedMs: 3 }],
      elapsedMs: 12,
      provenance: 'human',
      createdAt: '2026-01-01T00:00:00.000Z',
    }
    const whole = stetRow({ item, annotations: [annotation] })
    return {
      write(random) {
        const lines = Array.from({ length: 3 }, () => damageJsonText(whole, random))
        writeFileSync(file, Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])))
        return file
      },
      open: () => importAnnotations(db, file),
    }
  },
} satisfies Record<string, (folder: string) => Kind | Promise<Kind>>

export type KindName = keyof typeof kinds

function templatesIn(value: unknown): string[] {
  if (typeof value === 'string') return value.includes('{%') || value.includes('{{') ? [value] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(templatesIn) : []
}

export function freshFolder(folder: string, name: string): string {
  const fresh = path.join(folder, name)
  mkdirSync(fresh, { recursive: true })
  return fresh
}
