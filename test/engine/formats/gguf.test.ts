import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { UserError } from '../../../electron/contract/errors.ts'
import { openGguf } from '../../../electron/engine/formats/gguf.ts'
import { numberFormats, type WritableFormat } from '../../../electron/engine/formats/number-formats.ts'
import {
  float32s,
  type GgufTensorEntry,
  ggufArray,
  ggufBytes,
  ggufString,
  temporaryFolder,
  uint32,
  uint64,
  writeIn,
} from './weight-bytes.ts'

const folder = temporaryFolder()
const golden = path.resolve(import.meta.dirname, '../../golden')
const toyModel = path.join(golden, 'llama-tied.gguf')

interface GoldenBlocks {
  ggmlType: number
  blockSize: number
  typeSize: number
  base64: string
  values: number[]
}

const f32 = (
  name: string,
  dimensions: (number | bigint)[],
  offset: number | bigint = 0,
): GgufTensorEntry => ({
  name,
  dimensions,
  type: 0,
  offset,
})

function refuses(file: string, ...words: (string | RegExp)[]): void {
  const read = () => {
    const gguf = openGguf(file)
    for (const name of gguf.tensors.keys()) gguf.readTensor(name)
  }
  assert.throws(read, (error) => {
    assert(error instanceof UserError, String(error))
    for (const word of [file, ...words])
      assert(
        typeof word === 'string' ? error.message.includes(word) : word.test(error.message),
        error.message,
      )
    return true
  })
}

test('blocks of every format decode to exactly the values that the gguf package gives', () => {
  const { made: _, ...quant } = JSON.parse(readFileSync(path.join(golden, 'quant.json'), 'utf8')) as Record<
    string,
    GoldenBlocks
  >
  assert.deepEqual(Object.keys(quant).sort(), ['BF16', 'F16', 'Q4_0', 'Q4_1', 'Q8_0'])
  for (const [name, { ggmlType, base64, values }] of Object.entries(quant)) {
    const tensors = [{ name: 'x', dimensions: [32, values.length / 32], type: ggmlType, offset: 0 }]
    const file = writeIn(folder, `${name}.gguf`, ggufBytes({ tensors, data: Buffer.from(base64, 'base64') }))
    const gguf = openGguf(file)
    assert.equal(gguf.tensors.get('x')!.type, name)
    assert.deepEqual(gguf.readTensor('x'), Float32Array.from(values), name)
  }
})

interface BlockGolden {
  decoded: Record<string, { ggmlType: number; base64: string; sha256: string; first: number[] }>
  encoded: Record<'values' | WritableFormat, string>
}

const blockGolden = JSON.parse(readFileSync(path.join(golden, 'gguf-blocks.json'), 'utf8')) as BlockGolden

test('hundreds of random blocks of every quantised format decode bit for bit as by the gguf package', () => {
  const quantised = Object.entries(numberFormats).filter(([, { blockSize }]) => blockSize > 1)
  assert.deepEqual(Object.keys(blockGolden.decoded).sort(), quantised.map(([name]) => name).sort())
  for (const [name, { ggmlType, base64, sha256, first }] of Object.entries(blockGolden.decoded)) {
    const data = Buffer.from(base64, 'base64')
    const { blockBytes } = numberFormats[name as keyof typeof numberFormats]
    const dimensions = [first.length, data.length / blockBytes]
    const tensors = [{ name: 'x', dimensions, type: ggmlType, offset: 0 }]
    const gguf = openGguf(writeIn(folder, `${name}.gguf`, ggufBytes({ tensors, data })))
    const values = gguf.readTensor('x')
    assert.deepEqual(values.subarray(0, first.length), Float32Array.from(first), name)
    assert.equal(createHash('sha256').update(values).digest('hex'), sha256, name)
  }
})

test('values are encoded bit for bit as by the gguf package', () => {
  const { values: base64, ...formats } = blockGolden.encoded
  const values = new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer)
  for (const [name, expected] of Object.entries(formats)) {
    const { blockSize, blockBytes, encode } = numberFormats[name as WritableFormat]
    const wanted = new Uint8Array(Buffer.from(expected, 'base64'))
    const count = (wanted.length / blockBytes) * blockSize
    assert(count >= values.length - 32, name)
    const bytes = new Uint8Array(wanted.length)
    encode(values.subarray(0, count), bytes)
    assert.deepEqual(bytes, wanted, name)
  }
})

test('a value beyond a format becomes infinite, and one that is too small zero', () => {
  const encoded = (name: WritableFormat, value: number) => {
    const { blockSize, blockBytes, encode, decode } = numberFormats[name]
    const bytes = new Uint8Array(blockBytes)
    encode(new Float32Array(blockSize).fill(value), bytes)
    const out = new Float32Array(blockSize)
    decode(bytes, out)
    return out[blockSize - 1]
  }
  assert.equal(encoded('F16', 65519.9), 65504)
  assert.equal(encoded('F16', -65520), -Infinity)
  assert.equal(encoded('F16', 2 ** -25), 0)
  assert.equal(encoded('BF16', 3.4e38), Infinity)
  assert.equal(encoded('Q8_0', 127 * 65520), Infinity)
  assert.equal(encoded('Q8_0', 1e-43), 0)
})

test('a tensor of many chunks decodes as its blocks do individually', () => {
  const blocks = 300_000 // 10 MB, more than two chunks
  const data = Buffer.alloc(blocks * 34)
  for (let block = 0; block < blocks; block++) {
    data.writeUInt16LE(0x3c00, block * 34) // scale 1
    data.writeInt8((block % 255) - 127, block * 34 + 2 + (block % 32))
  }
  const tensors = [{ name: 'x', dimensions: [32, blocks], type: 8, offset: 0 }]
  const values = openGguf(writeIn(folder, 'chunks.gguf', ggufBytes({ tensors, data }))).readTensor('x')
  for (let block = 0; block < blocks; block += 997)
    for (let i = 0; i < 32; i++)
      assert.equal(values[block * 32 + i], i === block % 32 ? (block % 255) - 127 : 0)
})

test('the toy model has the tensors, types and shapes that the gguf package finds', () => {
  const expected = JSON.parse(readFileSync(`${toyModel}.json`, 'utf8')) as {
    tensors: Record<string, { type: string; shape: number[] }>
  }
  const tensors = [...openGguf(toyModel).tensors].map(([name, { type, shape }]) => [name, { type, shape }])
  assert.deepEqual(Object.fromEntries(tensors), expected.tensors)
})

test('metadata of every type is read, and U+FEFF in tokens is kept', () => {
  const bytes = (n: number, write: (b: Buffer) => void) => {
    const buffer = Buffer.alloc(n)
    write(buffer)
    return buffer
  }
  const entries = [
    { key: 'u8', type: 0, value: Buffer.from([200]) },
    { key: 'i8', type: 1, value: Buffer.from([200]) },
    { key: 'u16', type: 2, value: bytes(2, (b) => b.writeUInt16LE(60_000)) },
    { key: 'i16', type: 3, value: bytes(2, (b) => b.writeInt16LE(-2)) },
    { key: 'u32', type: 4, value: uint32(4_000_000_000) },
    { key: 'i32', type: 5, value: bytes(4, (b) => b.writeInt32LE(-3)) },
    { key: 'f32', type: 6, value: float32s(0.5) },
    { key: 'yes', type: 7, value: Buffer.from([1]) },
    { key: 'text', type: 8, value: ggufString('naïve 🙂') },
    { key: 'tokens', type: 9, value: ggufArray(8, ['\ufeff', '\ufeffa', ''].map(ggufString)) },
    {
      key: 'nested',
      type: 9,
      value: ggufArray(9, [ggufArray(0, [Buffer.from([1, 2])], 2), ggufArray(7, [])]),
    },
    { key: 'u64', type: 10, value: uint64(2n ** 40n) },
    { key: 'i64', type: 11, value: bytes(8, (b) => b.writeBigInt64LE(-5n)) },
    { key: 'f64', type: 12, value: bytes(8, (b) => b.writeDoubleLE(0.1)) },
  ]
  const { metadata } = openGguf(writeIn(folder, 'metadata.gguf', ggufBytes({ entries, version: uint32(2) })))
  assert.deepEqual(Object.fromEntries(metadata), {
    u8: 200,
    i8: -56,
    u16: 60_000,
    i16: -2,
    u32: 4_000_000_000,
    i32: -3,
    f32: 0.5,
    yes: true,
    text: 'naïve 🙂',
    tokens: ['\ufeff', '\ufeffa', ''],
    nested: [[1, 2], []],
    u64: 2 ** 40,
    i64: -5,
    f64: 0.1,
  })
})

test('values longer than the read window are read completely', () => {
  const long = 'x'.repeat(3 << 20)
  const entries = [
    { key: 'a', type: 8, value: ggufString(long) },
    {
      key: 'b',
      type: 9,
      value: ggufArray(
        4,
        Array.from({ length: 400_000 }, (_, i) => uint32(i)),
      ),
    },
  ]
  const { metadata } = openGguf(writeIn(folder, 'long.gguf', ggufBytes({ entries })))
  assert.equal(metadata.get('a'), long)
  assert.deepEqual(
    metadata.get('b'),
    Array.from({ length: 400_000 }, (_, i) => i),
  )
})

test('general.alignment determines where the data begins', () => {
  const alignment = [{ key: 'general.alignment', type: 4, value: uint32(64) }]
  const bytes = ggufBytes({ entries: alignment, tensors: [f32('x', [1])] })
  const data = Buffer.alloc(Math.ceil(bytes.length / 64) * 64 - bytes.length)
  const file = writeIn(folder, 'aligned.gguf', Buffer.concat([bytes, data, float32s(7)]))
  assert.deepEqual(openGguf(file).readTensor('x'), Float32Array.of(7))
})

const entry = (type: number, value: Uint8Array) => ({ entries: [{ key: 'general.x', type, value }] })
const tensor = (...tensors: GgufTensorEntry[]) => ({ tensors, data: Buffer.alloc(64) })

const faultyFiles: [what: string, bytes: Uint8Array, ...words: (string | RegExp)[]][] = [
  ['empty', Buffer.alloc(0), 'it is empty'],
  ['three bytes', Buffer.from('GGU'), 'cut off'],
  ['another format', ggufBytes({ magic: 'GGML' }), 'not a GGUF file'],
  ['a git-lfs pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\n'), 'git lfs pull'],
  ['big-endian', ggufBytes({ version: Buffer.from([0, 0, 0, 3]) }), 'big-endian'],
  ['version 1', ggufBytes({ version: uint32(1) }), 'version 1', 'versions 2 and 3'],
  ['absurd tensor count', ggufBytes({ tensorCount: 2n ** 63n }), ' tensors, more than', 'can hold'],
  ['absurd entry count', ggufBytes({ entryCount: 2n ** 60n }), 'metadata entries', 'can hold'],
  ['absurd string length', ggufBytes(entry(8, uint64(2n ** 62n))), 'general.x', 'can hold'],
  ['absurd array length', ggufBytes(entry(9, ggufArray(0, [], 2 ** 40))), 'general.x', 'can hold'],
  [
    'array that would fill memory',
    ggufBytes({ ...entry(9, ggufArray(0, [], 2 ** 23)), data: Buffer.alloc(2 ** 23) }),
    'general.x is an array of 8388608',
  ],
  [
    'arrays in arrays',
    ggufBytes(entry(9, Buffer.concat(Array.from({ length: 9 }, () => ggufArray(9, [], 1))))),
    'deep',
  ],
  ['unknown value type', ggufBytes(entry(13, Buffer.alloc(8))), 'general.x has the unknown type 13'],
  [
    'a text that is not UTF-8',
    ggufBytes(entry(8, ggufString(Buffer.from([0xff])))),
    'general.x is not UTF-8',
  ],
  [
    'a key twice',
    ggufBytes({ entries: [0, 1].map(() => ({ key: 'twice', type: 0, value: Buffer.alloc(1) })) }),
    'twice occurs twice',
  ],
  [
    'alignment 3',
    ggufBytes({ entries: [{ key: 'general.alignment', type: 4, value: uint32(3) }] }),
    'general.alignment',
  ],
  [
    'alignment text',
    ggufBytes({ entries: [{ key: 'general.alignment', type: 8, value: ggufString('32') }] }),
    'general.alignment',
  ],
  ['five dimensions', ggufBytes(tensor(f32('blk.0.x', [1, 1, 1, 1, 1]))), 'blk.0.x has 5 dimensions'],
  ['absurd dimensions', ggufBytes(tensor(f32('blk.0.x', [2n ** 63n, 2n ** 63n]))), 'cut off in blk.0.x'],
  ['absurd offset', ggufBytes(tensor(f32('blk.0.x', [1], 2n ** 63n))), 'cut off in blk.0.x'],
  [
    'broken rows',
    ggufBytes(tensor({ name: 'blk.0.x', dimensions: [16, 2], type: 8, offset: 0 })),
    'rows of blk.0.x',
    'Q8_0',
  ],
  ['unaligned', ggufBytes(tensor(f32('blk.0.x', [1], 4))), 'blk.0.x is not aligned'],
  ['overlap', ggufBytes(tensor(f32('a', [9]), f32('b', [1], 32))), 'b overlaps'],
  ['a tensor twice', ggufBytes(tensor(f32('a', [1]), f32('a', [1], 32))), 'a occurs twice'],
  ['cut off data', ggufBytes(tensor(f32('a', [8]), f32('blk.0.x', [9], 32))), 'cut off in blk.0.x'],
  ['NaN', ggufBytes({ tensors: [f32('blk.0.x', [2])], data: float32s(0, Number.NaN) }), 'blk.0.x', 'NaN'],
]

test('a faulty file is refused with an error that says where', () => {
  for (const [what, bytes, ...words] of faultyFiles) refuses(writeIn(folder, `${what}.gguf`, bytes), ...words)
})

test('an unsupported format is named with its tensor and what to do', () => {
  for (const [type, name] of [
    [15, 'Q8_K'],
    [16, 'IQ2_XXS'],
    [39, 'MXFP4'],
    [99, 'type 99'],
  ] as const) {
    const tensors = [{ name: 'output.weight', dimensions: [256], type, offset: 0 }]
    const file = writeIn(folder, `${name}.gguf`, ggufBytes({ tensors, data: Buffer.alloc(256) }))
    refuses(file, 'output.weight', name, 'Q8_0', 'llama-quantize')
  }
})

test('truncated or altered files are read or refused, without any other error', () => {
  const whole = readFileSync(toyModel)
  const file = path.join(folder, 'fuzzed.gguf')
  const readOrRefuse = (bytes: Uint8Array) => {
    writeFileSync(file, bytes)
    try {
      const gguf = openGguf(file)
      for (const name of gguf.tensors.keys()) gguf.readTensor(name)
    } catch (error) {
      assert(error instanceof UserError, String(error))
      assert(error.message.includes(file))
    }
  }
  const headerEnd = openGguf(toyModel).tensors.get('token_embd.weight')!.position
  for (let length = 0; length < headerEnd; length += 19) readOrRefuse(whole.subarray(0, length))
  const change = fc.tuple(fc.nat(headerEnd), fc.nat(255))
  const changed = fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
    const bytes = Buffer.from(whole)
    for (const [at, value] of changes) bytes[at] = value
    readOrRefuse(bytes)
  })
  fc.assert(changed, { numRuns: 300 })
})

test('a file truncated anywhere in its data is refused', () => {
  const whole = readFileSync(toyModel)
  const start = openGguf(toyModel).tensors.get('token_embd.weight')!.position
  for (let length = start; length < whole.length - 32; length += 211)
    refuses(writeIn(folder, 'cut.gguf', whole.subarray(0, length)), 'cut off in')
})
