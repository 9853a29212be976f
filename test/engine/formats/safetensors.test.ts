import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  closeSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { UserError } from '../../../electron/contract/errors.ts'
import {
  openSafetensors,
  type TensorToWrite,
  writeSafetensors,
} from '../../../electron/engine/formats/safetensors.ts'
import { float32s, safetensorsBytes, temporaryFolder, uint64, writeIn } from './weight-bytes.ts'

const folder = temporaryFolder()
const golden = path.resolve(import.meta.dirname, '../../golden/safetensors')

interface Golden {
  plain: Record<string, { shape: number[]; values: number[] }>
  dtypes: Record<string, number[]>
  sha256: Record<string, string>
}
const expected = JSON.parse(readFileSync(path.join(golden, 'values.json'), 'utf8')) as Golden

function goldenTensors(): TensorToWrite[] {
  return Object.entries(expected.plain).map(([name, { shape, values }]) => ({
    name,
    shape,
    data: () => Float32Array.from(values),
  }))
}

/** Opens the file and reads every tensor of a supported dtype. */
function readAll(file: string): Map<string, Float32Array> {
  const opened = openSafetensors(file)
  return new Map([...opened.tensors.keys()].map((name) => [name, opened.readTensor(name)]))
}

function refuses(file: string, ...words: (string | RegExp)[]): void {
  assert.throws(
    () => readAll(file),
    (error) => {
      assert(error instanceof UserError, String(error))
      for (const word of [file, ...words])
        assert(
          typeof word === 'string' ? error.message.includes(word) : word.test(error.message),
          error.message,
        )
      return true
    },
  )
}

test('the reader reads what the safetensors package wrote', () => {
  const file = openSafetensors(path.join(golden, 'plain.safetensors'))
  assert.deepEqual(file.metadata, { format: 'pt' })
  assert.deepEqual([...file.tensors.keys()].sort(), Object.keys(expected.plain).sort())
  for (const [name, { shape, values }] of Object.entries(expected.plain)) {
    assert.deepEqual(file.tensors.get(name)!.shape, shape)
    assert.deepEqual(file.readTensor(name), Float32Array.from(values))
  }
})

test('the writer writes the bytes that the safetensors package writes, whatever the order of the tensors', async () => {
  const file = path.join(folder, 'plain.safetensors')
  for (const tensors of [goldenTensors(), goldenTensors().reverse()]) {
    await writeSafetensors(file, tensors, { format: 'pt' })
    assert.deepEqual(readFileSync(file), readFileSync(path.join(golden, 'plain.safetensors')))
  }
})

test('16, 32 and 64-bit floats and 32-bit integers are read, other dtypes are refused by name', () => {
  const path_ = path.join(golden, 'dtypes.safetensors')
  const file = openSafetensors(path_)
  for (const name of ['float16', 'bfloat16', 'float32', 'float64'])
    assert.deepEqual(file.readTensor(name), Float32Array.from(expected.dtypes[name]!), name)
  assert.deepEqual(file.readInt32('int32'), Int32Array.from(expected.dtypes.int32!))
  for (const [name, dtype] of [
    ['int64', 'I64'],
    ['mask', 'BOOL'],
    ['int32', 'I32'],
  ] as const)
    assert.throws(() => file.readTensor(name), {
      name: 'UserError',
      message: new RegExp(`${name} is stored as ${dtype}`),
    })
  assert.throws(() => file.readInt32('float32'), { name: 'UserError', message: /float32 is stored as F32/ })
  assert.throws(() => file.readTensor('nowhere'), { name: 'UserError', message: /has no tensor nowhere/ })
})

test('every finite 16-bit float becomes the float32 of NumPy and PyTorch', () => {
  for (const [dtype, exponent] of [
    ['F16', 0x7c00],
    ['BF16', 0x7f80],
  ] as const) {
    const patterns = Uint16Array.from({ length: 1 << 16 }, (_, bits) => bits).filter(
      (bits) => (bits & exponent) !== exponent,
    )
    const header = { x: { dtype, shape: [patterns.length], data_offsets: [0, patterns.byteLength] } }
    const file = writeIn(
      folder,
      `${dtype}.safetensors`,
      safetensorsBytes(header, Buffer.from(patterns.buffer)),
    )
    const values = openSafetensors(file).readTensor('x')
    assert.equal(createHash('sha256').update(values).digest('hex'), expected.sha256[dtype])
  }
})

const anyTensor = fc.array(fc.nat(4), { maxLength: 3 }).chain((shape) => {
  const length = shape.reduce((a, b) => a * b, 1)
  const floats = fc.float32Array({
    minLength: length,
    maxLength: length,
    noNaN: true,
    noDefaultInfinity: true,
  })
  const integers = fc.int32Array({ minLength: length, maxLength: length })
  return fc.record({ shape: fc.constant(shape), values: fc.oneof(floats, integers) })
})
const anyName = fc
  .oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', 'constructor', '0', '10', ''))
  .filter((name) => name !== '__metadata__')

test('written tensors are read back bit for bit, with any names, shapes and metadata', async () => {
  const file = path.join(folder, 'round-trip.safetensors')
  const tensors = fc.uniqueArray(fc.tuple(anyName, anyTensor), { selector: ([name]) => name, maxLength: 6 })
  const metadata = fc.dictionary(anyName, fc.string({ unit: 'grapheme' }), { maxKeys: 3 })
  const property = fc.asyncProperty(tensors, metadata, async (written, told) => {
    const entries = written.map(([name, { shape, values }]): TensorToWrite => {
      const dtype = values instanceof Float32Array ? 'F32' : 'I32'
      return { name, shape, dtype, data: async () => values }
    })
    await writeSafetensors(file, entries, told)
    const opened = openSafetensors(file)
    assert.deepEqual({ ...opened.metadata }, { ...told })
    assert.equal(opened.tensors.size, written.length)
    for (const [name, { shape, values }] of written) {
      assert.deepEqual(opened.tensors.get(name)!.shape, shape)
      const read = values instanceof Float32Array ? opened.readTensor(name) : opened.readInt32(name)
      assert.deepEqual(
        Buffer.from(read.buffer, read.byteOffset, read.byteLength),
        Buffer.from(values.buffer, values.byteOffset, values.byteLength),
      )
    }
  })
  await fc.assert(property, { numRuns: 60 })
})

test('data is requested once, one tensor at a time, in the order of the file', async () => {
  const asked: string[] = []
  let inUse = 0
  const tensors = ['c', 'a', 'b'].map((name) => ({
    name,
    shape: [2],
    data: async () => {
      asked.push(name)
      assert.equal(++inUse, 1)
      await new Promise(setImmediate)
      inUse--
      return new Float32Array(2)
    },
  }))
  await writeSafetensors(path.join(folder, 'order.safetensors'), tensors)
  assert.deepEqual(asked, ['a', 'b', 'c'])
})

test('a write that fails half-way leaves the old file unchanged and no other file', async () => {
  const own = temporaryFolder()
  const file = writeIn(own, 'kept.safetensors', 'before')
  const failing = [
    { name: 'a', shape: [1], data: () => new Float32Array(1) },
    { name: 'b', shape: [1], data: () => Promise.reject(new Error('the device is gone')) },
  ]
  await assert.rejects(writeSafetensors(file, failing), /the device is gone/)
  assert.equal(readFileSync(file, 'utf8'), 'before')
  assert.deepEqual(readdirSync(own), ['kept.safetensors'])
})

test('tensors whose values do not fit their description are not written', async () => {
  const file = path.join(folder, 'never.safetensors')
  const write = (tensor: Partial<TensorToWrite>) =>
    writeSafetensors(file, [{ name: 'a', shape: [2], data: () => new Float32Array(2), ...tensor }])
  await assert.rejects(write({ shape: [3] }), /2 values for 3/)
  await assert.rejects(write({ data: () => new Int32Array(2) }), /a is not F32/)
  const twice = { name: 'a', shape: [], data: () => new Float32Array(1) }
  await assert.rejects(writeSafetensors(file, [twice, twice]), /same name/)
})

const entry = (from: number, to: number, more: object = {}) => ({
  dtype: 'F32',
  shape: [1],
  data_offsets: [from, to],
  ...more,
})

const faultyFiles: [what: string, bytes: string | Uint8Array, ...words: (string | RegExp)[]][] = [
  ['empty', '', 'it is empty'],
  ['five bytes', 'hello', /ends after 5 bytes/],
  ['another format', 'PK\u0003\u0004 and then something long enough', 'not a safetensors file'],
  ['a git-lfs pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n', 'git lfs pull'],
  ['an absurd header length', Buffer.concat([uint64(2n ** 63n), Buffer.alloc(40)]), 'not a safetensors file'],
  ['a header that is cut off', safetensorsBytes({ a: entry(0, 4) }).subarray(0, 30), 'cut off', '30 bytes'],
  ['a header that is not JSON', safetensorsBytes('{"a": '), 'not a JSON object'],
  ['a header that is a list', safetensorsBytes('[]'), 'not a JSON object'],
  ['a header that is not UTF-8', Buffer.concat([uint64(2), Buffer.from([0xff, 0xfe])]), 'not a JSON object'],
  [
    'an entry without a shape',
    safetensorsBytes({ 'w.1': { dtype: 'F32', data_offsets: [0, 4] } }),
    'entry for w.1',
  ],
  ['a negative dimension', safetensorsBytes({ 'w.1': entry(0, 4, { shape: [-1] }) }), 'entry for w.1'],
  ['a fractional dimension', safetensorsBytes({ 'w.1': entry(0, 4, { shape: [0.5] }) }), 'entry for w.1'],
  [
    'an unknown dtype',
    safetensorsBytes({ 'w.1': entry(0, 4, { dtype: 'F31' }) }),
    'w.1 has the unknown dtype F31',
  ],
  [
    'a dtype of JavaScript',
    safetensorsBytes({ 'w.1': entry(0, 4, { dtype: 'constructor' }) }),
    'unknown dtype',
  ],
  [
    'a shape that overflows',
    safetensorsBytes({ 'w.1': entry(0, 4, { shape: [2 ** 52, 2 ** 52] }) }),
    'w.1 has 4 bytes',
  ],
  [
    'a size that is not the shape',
    safetensorsBytes({ 'w.1': entry(0, 8) }, Buffer.alloc(8)),
    'w.1 has 8 bytes',
    'takes 4',
  ],
  ['offsets in reverse', safetensorsBytes({ 'w.1': entry(4, 0) }, Buffer.alloc(4)), 'w.1 has -4 bytes'],
  [
    'overlapping tensors',
    safetensorsBytes({ a: entry(0, 4), b: entry(2, 6) }, Buffer.alloc(6)),
    'b overlaps',
  ],
  [
    'the same place twice',
    safetensorsBytes({ a: entry(0, 4), b: entry(0, 4) }, Buffer.alloc(4)),
    'b overlaps',
  ],
  ['a gap', safetensorsBytes({ a: entry(0, 4), b: entry(8, 12) }, Buffer.alloc(12)), 'before b', 'no tensor'],
  ['bytes at the end', safetensorsBytes({ a: entry(0, 4) }, Buffer.alloc(7)), '3 bytes at its end'],
  ['data that are cut off', safetensorsBytes({ 'w.1': entry(0, 4) }, Buffer.alloc(3)), 'cut off in w.1'],
  ['metadata that are not strings', safetensorsBytes({ __metadata__: { step: 3 } }), '__metadata__'],
  [
    'NaN',
    safetensorsBytes({ 'w.1': entry(0, 8, { shape: [2] }) }, float32s(1, Number.NaN)),
    '1 of the 2 values of w.1',
    'index 1: NaN',
  ],
  ['infinity', safetensorsBytes({ 'w.1': entry(0, 4) }, float32s(-Infinity)), 'w.1', '-Infinity'],
]

test('a faulty file is refused with an error that says where', () => {
  for (const [what, bytes, ...words] of faultyFiles)
    refuses(writeIn(folder, `${what}.safetensors`, bytes), ...words)
})

test('a path that is not a file is refused', () => {
  assert.throws(() => openSafetensors(path.join(folder, 'nowhere')), { name: 'UserError', code: 'not_found' })
  assert.throws(() => openSafetensors(folder), { name: 'UserError', message: /is not a file/ })
})

test('a file that is replaced between two reads is detected', () => {
  const bytes = safetensorsBytes({ a: entry(0, 4) }, float32s(1))
  const file = writeIn(folder, 'replaced.safetensors', bytes)
  const opened = openSafetensors(file)
  writeFileSync(file, Buffer.concat([bytes, bytes]))
  assert.throws(() => opened.readTensor('a'), { name: 'UserError', code: 'conflict' })
})

test('a tensor beyond 4 GB of other tensors is read from its position', () => {
  const far = 5 * 2 ** 30
  const header = {
    big: { dtype: 'U8', shape: [far], data_offsets: [0, far] },
    small: entry(far, far + 8, { shape: [2] }),
  }
  const file = writeIn(folder, 'far.safetensors', safetensorsBytes(header))
  const descriptor = openSync(file, 'r+') // sparse: the zeros take no space
  const start = openSafetensorsStart(file)
  ftruncateSync(descriptor, start + far)
  writeSync(descriptor, float32s(3, 4), 0, 8, start + far)
  closeSync(descriptor)
  assert.deepEqual(openSafetensors(file).readTensor('small'), Float32Array.of(3, 4))
})

function openSafetensorsStart(file: string): number {
  return 8 + Number(readFileSync(file).readBigUInt64LE())
}

test('truncated or altered files are read or refused, without any other error', () => {
  const whole = readFileSync(path.join(golden, 'dtypes.safetensors'))
  const file = path.join(folder, 'fuzzed.safetensors')
  const readOrRefuse = (bytes: Uint8Array) => {
    writeFileSync(file, bytes)
    try {
      const opened = openSafetensors(file)
      for (const name of opened.tensors.keys())
        try {
          opened.readTensor(name)
        } catch (error) {
          assert(error instanceof UserError, String(error))
        }
    } catch (error) {
      assert(error instanceof UserError, String(error))
      assert(error.message.includes(file))
    }
  }
  for (let length = 0; length < whole.length; length++) readOrRefuse(whole.subarray(0, length))
  const flip = fc.tuple(fc.nat(whole.length - 1), fc.nat(255))
  const flips = fc.property(fc.array(flip, { minLength: 1, maxLength: 8 }), (changes) => {
    const bytes = Buffer.from(whole)
    for (const [at, value] of changes) bytes[at] = value
    readOrRefuse(bytes)
  })
  fc.assert(flips, { numRuns: 500 })
})
