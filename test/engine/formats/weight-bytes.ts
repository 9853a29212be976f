/** Makes valid and faulty safetensors and GGUF files byte by byte, without the product's writer. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after } from 'node:test'

/** A temporary folder for the calling test file, removed at the end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'stet-files-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function writeIn(folder: string, name: string, bytes: string | Uint8Array): string {
  const file = path.join(folder, name)
  writeFileSync(file, bytes)
  return file
}

/** @param header JSON, or any text */
export function safetensorsBytes(header: object | string, data: Uint8Array = new Uint8Array()): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  return Buffer.concat([uint64(json.length), json, data])
}

export interface GgufEntry {
  key: string
  /** `gguf_metadata_value_type` */
  type: number
  /** As in the file. */
  value: Uint8Array
}

export interface GgufTensorEntry {
  name: string
  /** In the file's order: innermost first. */
  dimensions: (number | bigint)[]
  type: number
  offset: number | bigint
}

export interface GgufParts {
  magic?: string
  version?: Uint8Array
  tensorCount?: number | bigint
  entryCount?: number | bigint
  entries?: GgufEntry[]
  tensors?: GgufTensorEntry[]
  data?: Uint8Array
}

/** The tensors' data begins at the next multiple of 32, as the format requires. */
export function ggufBytes(parts: GgufParts): Buffer {
  const { magic = 'GGUF', version = uint32(3), entries = [], tensors = [], data = new Uint8Array() } = parts
  const header = Buffer.concat([
    Buffer.from(magic),
    version,
    uint64(parts.tensorCount ?? tensors.length),
    uint64(parts.entryCount ?? entries.length),
    ...entries.flatMap(({ key, type, value }) => [ggufString(key), uint32(type), value]),
    ...tensors.flatMap(({ name, dimensions, type, offset }) => [
      ggufString(name),
      uint32(dimensions.length),
      ...dimensions.map(uint64),
      uint32(type),
      uint64(offset),
    ]),
  ])
  return Buffer.concat([header, Buffer.alloc((32 - (header.length % 32)) % 32), data])
}

export function ggufString(text: string | Uint8Array): Buffer {
  const bytes = Buffer.from(text as string)
  return Buffer.concat([uint64(bytes.length), bytes])
}

/** @param elements each as in the file */
export function ggufArray(type: number, elements: Uint8Array[], length = elements.length): Buffer {
  return Buffer.concat([uint32(type), uint64(length), ...elements])
}

export function uint32(n: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(n)
  return bytes
}

export function uint64(n: number | bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(n))
  return bytes
}

export function float32s(...values: number[]): Buffer {
  return Buffer.from(new Float32Array(values).buffer)
}
