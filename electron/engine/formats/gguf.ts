/**
 * The GGUF format, versions 2 and 3: metadata, tensor descriptions, and tensors decoded to float32 one at a time.
 * Everything in the header is checked against the file before it is used.
 *
 * The project has its own reader because results must be exact: `@huggingface/gguf` 0.4.6 strips a leading U+FEFF
 * from tokens and reads a header that is cut off as if zeros followed. Layout: ggml's docs/gguf.md.
 */
import assert from 'node:assert/strict'
import { UserError } from '../../contract/errors.ts'
import { joinParts } from './gguf-parts.ts'
import { type NumberFormat, numberFormats, readNumbers } from './number-formats.ts'
import { damaged, openWeightFile, readRange, type WeightFile } from './weight-file.ts'

/** 64-bit integers beyond 2^53 lose their last bits. */
export type GgufValue = string | number | boolean | GgufValue[]
export type GgufMetadata = ReadonlyMap<string, GgufValue>

export interface GgufTensor {
  /** As ggml names it, such as `Q4_1`. */
  type: string
  /** Outermost dimension first, the reverse of the file's order: (out, in) for a matrix. */
  shape: number[]
  /** The file that has it, one of several if the model is split. */
  file: string
  /** Byte in the file at which it starts. */
  position: number
}

export interface Gguf {
  readonly path: string
  readonly metadata: GgufMetadata
  readonly tensors: ReadonlyMap<string, GgufTensor>
  /** Values in the file's order, row-major. @throws UserError if one is not finite */
  readTensor(name: string): Float32Array<ArrayBuffer>
}

const maxHeaderBytes = 1 << 28
const maxArrayLength = 1 << 22
const maxArrayDepth = 3
const maxDimensions = 4
const defaultAlignment = 32
/** The smallest size of a metadata entry and of a tensor's description. */
const minEntryBytes = 13
const minTensorBytes = 24

/** `ggml_type`, by number. */
// biome-ignore format: a table
const typeNames: Record<number, string> = {
  0: 'F32', 1: 'F16', 2: 'Q4_0', 3: 'Q4_1', 6: 'Q5_0', 7: 'Q5_1', 8: 'Q8_0', 9: 'Q8_1', 10: 'Q2_K', 11: 'Q3_K',
  12: 'Q4_K', 13: 'Q5_K', 14: 'Q6_K', 15: 'Q8_K', 16: 'IQ2_XXS', 17: 'IQ2_XS', 18: 'IQ3_XXS', 19: 'IQ1_S',
  20: 'IQ4_NL', 21: 'IQ3_S', 22: 'IQ2_S', 23: 'IQ4_XS', 24: 'I8', 25: 'I16', 26: 'I32', 27: 'I64', 28: 'F64',
  29: 'IQ1_M', 30: 'BF16', 34: 'TQ1_0', 35: 'TQ2_0', 39: 'MXFP4', 40: 'NVFP4', 41: 'Q1_0',
}

const formats: Record<string, NumberFormat | undefined> = numberFormats

/** @param name as in `GgufTensor` */
export function ggufTypeNumber(name: string): number {
  const number = Object.keys(typeNames).find((key) => typeNames[Number(key)] === name)
  assert(number !== undefined, `${name} is not a type of GGUF`)
  return Number(number)
}

/**
 * Reads and checks everything but the tensors' values.
 * @param path of the file, or of any part of a model that is split; the other parts must be next to it
 * @throws UserError that names the file, and the key or tensor if there is one
 */
export function openGguf(path: string): Gguf {
  return joinParts(openFile(path), openFile)
}

function openFile(path: string): Gguf {
  const file = openWeightFile(path)
  const header = new HeaderReader(file)
  const { entryCount, tensorCount } = readPreamble(file, header)
  const metadata = readMetadata(file, header, entryCount)
  const described = readDescriptions(file, header, tensorCount)
  const alignment = metadata.get('general.alignment') ?? defaultAlignment
  if (typeof alignment !== 'number' || !(alignment >= 1 && Number.isInteger(Math.log2(alignment))))
    throw damaged(file, 'general.alignment is not a power of two')
  const tensors = placeTensors(file, described, {
    start: Math.ceil(header.position / alignment) * alignment,
    alignment,
  })
  return { path, metadata, tensors, readTensor: (name) => readTensor(file, tensors, name) }
}

function readPreamble(file: WeightFile, header: HeaderReader) {
  const magic = header.take(4)
  if (magic.getUint32(0) !== 0x47475546)
    throw damaged(file, 'it is not a GGUF file (it does not start with "GGUF")')
  const version = header.uint32()
  if (version !== 0 && (version & 0xffff) === 0) {
    const message = `${file.path} is a big-endian GGUF file. Get the little-endian one, or convert it with llama.cpp's gguf_convert_endian.py.`
    throw new UserError('bad_input', message)
  }
  if (version !== 2 && version !== 3) {
    const message = `${file.path} is GGUF version ${version}; only versions 2 and 3 can be read. Convert the model again with a current llama.cpp.`
    throw new UserError('bad_input', message)
  }
  const tensorCount = header.count('tensors', minTensorBytes)
  const entryCount = header.count('metadata entries', minEntryBytes)
  return { tensorCount, entryCount }
}

function readMetadata(file: WeightFile, header: HeaderReader, count: number): Map<string, GgufValue> {
  const metadata = new Map<string, GgufValue>()
  for (let i = 0; i < count; i++) {
    const key = header.string(`metadata key ${i}`)
    if (metadata.has(key)) throw damaged(file, `the key ${key} occurs twice`)
    metadata.set(key, header.value(key, header.uint32(), 0))
  }
  return metadata
}

interface Description {
  name: string
  type: string
  format: NumberFormat
  shape: number[]
  /** Bytes after the start of the tensors' data. */
  offset: number
}

function readDescriptions(file: WeightFile, header: HeaderReader, count: number): Description[] {
  return Array.from({ length: count }, (_, i) => {
    const name = header.string(`tensor name ${i}`)
    const dimensions = header.uint32()
    if (dimensions > maxDimensions) throw damaged(file, `${name} has ${dimensions} dimensions`)
    const shape = Array.from({ length: dimensions }, () => header.uint64()).reverse()
    const type = header.uint32()
    const typeName = typeNames[type] ?? `type ${type}`
    return { name, type: typeName, format: formatOf(file, name, typeName), shape, offset: header.uint64() }
  })
}

function formatOf(file: WeightFile, name: string, type: string): NumberFormat {
  const format = formats[type]
  if (format) return format
  const read = Object.keys(numberFormats).join(', ')
  const message =
    `${file.path}: ${name} is stored as ${type}; only ${read} can be read. ` +
    `Get the model as Q8_0, Q4_K_M or F16, or convert it with llama.cpp: ` +
    `llama-quantize --allow-requantize ${file.path} model-Q8_0.gguf Q8_0`
  throw new UserError('bad_input', message)
}

/** @param start byte of the file at which the tensors' data begins */
function placeTensors(
  file: WeightFile,
  described: readonly Description[],
  { start, alignment }: { start: number; alignment: number },
): Map<string, GgufTensor> {
  const tensors = new Map<string, GgufTensor>()
  let end = start
  for (const { name, type, format, shape, offset } of described.toSorted((a, b) => a.offset - b.offset)) {
    if (tensors.has(name)) throw damaged(file, `the tensor ${name} occurs twice`)
    if ((shape.at(-1) ?? 1) % format.blockSize !== 0)
      throw damaged(file, `the rows of ${name} are not whole blocks of ${type}`)
    if (offset % alignment !== 0) throw damaged(file, `${name} is not aligned to ${alignment} bytes`)
    if (start + offset < end) throw damaged(file, `${name} overlaps the tensor before it`)
    end =
      start + offset + (shape.reduce((product, n) => product * n, 1) / format.blockSize) * format.blockBytes
    if (end > file.sizeBytes)
      throw damaged(file, `it is cut off in ${name}: ${file.sizeBytes} bytes of at least ${end}`)
    tensors.set(name, { type, shape, file: file.path, position: start + offset })
  }
  return tensors
}

function readTensor(file: WeightFile, tensors: ReadonlyMap<string, GgufTensor>, name: string) {
  const tensor = tensors.get(name)
  if (!tensor) throw new UserError('not_found', `${file.path} has no tensor ${name}.`)
  const { position, shape, type } = tensor
  const count = shape.reduce((product, n) => product * n, 1)
  return readNumbers(file, name, { position, count, format: formatOf(file, name, type) })
}

const windowBytes = 1 << 20

/** Reads the header from front to back through a window, and never past the end of the file. */
class HeaderReader {
  readonly #file: WeightFile
  #window = new DataView(new ArrayBuffer(0))
  /** Byte of the file at which the window starts. */
  #windowStart = 0
  /** Byte of the file to read next. */
  position = 0

  constructor(file: WeightFile) {
    this.#file = file
  }

  /** The next n bytes. */
  take(n: number): DataView {
    if (n > this.#file.sizeBytes - this.position)
      throw damaged(
        this.#file,
        `it is cut off: its header does not end within its ${this.#file.sizeBytes} bytes`,
      )
    if (this.position + n > maxHeaderBytes)
      throw damaged(this.#file, `its header is over ${maxHeaderBytes} bytes`)
    const at = this.position - this.#windowStart
    if (at + n > this.#window.byteLength) return this.#refill(n)
    this.position += n
    return new DataView(this.#window.buffer, at, n)
  }

  #refill(n: number): DataView {
    const length = Math.min(Math.max(n, windowBytes), this.#file.sizeBytes - this.position)
    this.#window = new DataView(readRange(this.#file, this.position, length).buffer)
    this.#windowStart = this.position
    this.position += n
    return new DataView(this.#window.buffer, 0, n)
  }

  uint32(): number {
    return this.take(4).getUint32(0, true)
  }

  uint64(): number {
    return Number(this.take(8).getBigUint64(0, true))
  }

  /** Reads how many things follow, each of at least `minBytes`. */
  count(what: string, minBytes: number): number {
    const count = this.uint64()
    if (count * minBytes > this.#file.sizeBytes - this.position)
      throw damaged(
        this.#file,
        `it announces ${count} ${what}, more than its ${this.#file.sizeBytes} bytes can hold`,
      )
    return count
  }

  string(what: string): string {
    const bytes = this.take(this.count(`bytes for ${what}`, 1))
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      throw damaged(this.#file, `${what} is not UTF-8`)
    }
  }

  /** @param type `gguf_metadata_value_type` */
  value(key: string, type: number, depth: number): GgufValue {
    // biome-ignore format: a table
    switch (type) {
      case 0: return this.take(1).getUint8(0)
      case 1: return this.take(1).getInt8(0)
      case 2: return this.take(2).getUint16(0, true)
      case 3: return this.take(2).getInt16(0, true)
      case 4: return this.uint32()
      case 5: return this.take(4).getInt32(0, true)
      case 6: return this.take(4).getFloat32(0, true)
      case 7: return this.take(1).getUint8(0) !== 0
      case 8: return this.string(key)
      case 9: return this.#array(key, depth + 1)
      case 10: return this.uint64()
      case 11: return Number(this.take(8).getBigInt64(0, true))
      case 12: return this.take(8).getFloat64(0, true)
      default: throw damaged(this.#file, `${key} has the unknown type ${type}`)
    }
  }

  #array(key: string, depth: number): GgufValue[] {
    const type = this.uint32()
    const length = this.count(`values for ${key}`, 1)
    if (depth > maxArrayDepth || length > maxArrayLength)
      throw damaged(this.#file, `${key} is an array of ${length} values, ${depth} deep`)
    const values: GgufValue[] = []
    for (let i = 0; i < length; i++) values.push(this.value(key, type, depth))
    return values
  }
}
