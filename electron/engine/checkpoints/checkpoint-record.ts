/**
 * A checkpoint's record, `manifest.json`: its step, the run's small state, and a checksum of every file and of itself.
 * Records of version 1 have no checksums and stay readable.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'

export const manifestFile = 'manifest.json'
export const stateFile = 'state.safetensors'

/** A run's small state: counters and controllers, as JSON. */
export type CheckpointState = object

/** CRC-32 as 8 hex digits: it reads three times as fast as SHA-256, and what it has to find is damage, not forgery. */
export interface FileSum {
  sizeBytes: number
  crc32: string
}

export type FileSums = Record<string, FileSum>

const FileSum = z.object({ sizeBytes: z.int().nonnegative(), crc32: z.string() })
const plain = { step: z.int().nonnegative(), state: z.record(z.string(), z.unknown()) }
const Record1 = z.object({ version: z.literal(1), ...plain })
const Record2 = z.object({
  version: z.literal(2),
  ...plain,
  files: z.record(z.string(), FileSum),
  crc32: z.string(),
})

export interface CheckpointRecord {
  step: number
  state: CheckpointState
  /** Of every file but the record; null in records of version 1. */
  files: FileSums | null
}

/** @returns the record's text; equal arguments give equal bytes */
export function recordText(step: number, state: CheckpointState, files: FileSums): string {
  const record = { version: 2, step, state, files }
  return JSON.stringify({ ...record, crc32: hex(crc32(JSON.stringify(record))) }, null, 1)
}

/** @returns the record of a checkpoint, or what is wrong with it, to follow the file's name */
export function readRecord(folder: string): CheckpointRecord | string {
  let record: unknown
  try {
    record = JSON.parse(readFileSync(path.join(folder, manifestFile), 'utf8'))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is missing' : "can't be read"
  }
  const { data } = z.discriminatedUnion('version', [Record1, Record2]).safeParse(record)
  if (!data) return 'is incomplete'
  if (path.basename(folder) !== stepFolder(data.step)) return `is that of step ${data.step}`
  if (data.version === 1) return { step: data.step, state: data.state, files: null }
  const { crc32: stored, ...rest } = record as z.infer<typeof Record2>
  if (hex(crc32(JSON.stringify(rest))) !== stored) return 'differs from its checksum'
  return { step: data.step, state: data.state, files: data.files }
}

/** @returns the name of a step's folder, such as `step-00000040` */
export function stepFolder(step: number): string {
  return `step-${String(step).padStart(8, '0')}`
}

/** Passes chunks on, and sums them up. */
export class Summing {
  #sizeBytes = 0
  #crc = 0

  add(chunk: Uint8Array): void {
    this.#sizeBytes += chunk.byteLength
    this.#crc = crc32(chunk, this.#crc)
  }

  async *pass(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.add(chunk)
      yield chunk
    }
  }

  get sum(): FileSum {
    return { sizeBytes: this.#sizeBytes, crc32: hex(this.#crc) }
  }
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0')
}
