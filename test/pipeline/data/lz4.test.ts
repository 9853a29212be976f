import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { unpackHadoopLz4, unpackLz4 } from '../../../electron/pipeline/data/lz4.ts'

interface Block {
  size: number
  sha256: string
  packed: string
}

const golden = path.resolve(import.meta.dirname, '../../golden/lz4.json')
const { blocks } = JSON.parse(readFileSync(golden, 'utf8')) as { blocks: Block[] }
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** A block with its two sizes before it. */
function framed({ size, packed }: Block): Buffer {
  const bytes = Buffer.from(packed, 'base64')
  const sizes = Buffer.alloc(8)
  sizes.writeUInt32BE(size, 0)
  sizes.writeUInt32BE(bytes.length, 4)
  return Buffer.concat([sizes, bytes])
}

test('blocks unpack to what the LZ4 library packed', () => {
  for (const { size, sha256: expected, packed } of blocks)
    assert.equal(sha256(unpackLz4(Buffer.from(packed, 'base64'), size)), expected)
})

test('blocks of Hadoop unpack one after the other, and blocks without sizes too', () => {
  const total = blocks.reduce((sum, { size }) => sum + size, 0)
  const all = Buffer.concat(blocks.map(({ size, packed }) => unpackLz4(Buffer.from(packed, 'base64'), size)))
  const unpacked = unpackHadoopLz4(Buffer.concat(blocks.map(framed)), total)
  assert.equal(sha256(unpacked), sha256(all))
  for (const { size, sha256: expected, packed } of blocks)
    assert.equal(sha256(unpackHadoopLz4(Buffer.from(packed, 'base64'), size)), expected)
})

test('damaged blocks are an error or other bytes, of the size that was asked for', () => {
  const spoiled = fc.record({ index: fc.nat(blocks.length - 1), at: fc.nat(4000), byte: fc.nat(255) })
  fc.assert(
    fc.property(spoiled, ({ index, at, byte }) => {
      const { size, packed } = blocks[index]!
      const bytes = Buffer.from(packed, 'base64')
      bytes[at % bytes.length] = byte
      for (const unpack of [unpackLz4, unpackHadoopLz4]) {
        try {
          assert.equal(unpack(bytes, size).length, size)
        } catch (error) {
          assert.match((error as Error).message, /^(an LZ4 block|LZ4 blocks) /)
        }
      }
    }),
    { numRuns: 1000 },
  )
})
