/**
 * Reads a checkpoint whole and says what is wrong with it, before anything is trained on it. Files are read in pieces,
 * so a process that answers others meanwhile is not held up. No tensors here.
 */
import { createReadStream } from 'node:fs'
import path from 'node:path'
import { openSafetensors } from '../formats/safetensors.ts'
import { manifestFile, readRecord, Summing, stateFile } from './checkpoint-record.ts'

/** The square of a larger value is not finite in float32, so nothing can be trained on it. */
const maxMagnitude = 1e19

const pieceBytes = 2 ** 20

/** @returns what is wrong with a checkpoint, such as "manifest.json is missing"; null if nothing is */
export async function damageOf(folder: string): Promise<string | null> {
  const record = readRecord(folder)
  if (typeof record === 'string') return `${manifestFile} ${record}`
  if (record.files === null) return oldDamage(folder)
  for (const [name, { sizeBytes, crc32 }] of Object.entries(record.files)) {
    const summing = new Summing()
    try {
      for await (const piece of pieces(path.join(folder, name))) summing.add(piece)
    } catch (error) {
      return `${name} ${isMissing(error) ? 'is missing' : "can't be read"}`
    }
    const { sum } = summing
    if (sum.sizeBytes !== sizeBytes) return `${name} has ${sum.sizeBytes} bytes instead of ${sizeBytes}`
    if (sum.crc32 !== crc32) return `${name} differs from its checksum`
  }
  return null
}

/** Without checksums, only the file's structure and the size of its numbers can be checked. */
async function oldDamage(folder: string): Promise<string | null> {
  const file = path.join(folder, stateFile)
  try {
    const starts = [...openSafetensors(file).tensors.values()].map(({ position }) => position)
    const start = starts.reduce((first, position) => Math.min(first, position), Number.POSITIVE_INFINITY)
    if (Number.isFinite(start) && (await hasWildNumber(file, start)))
      return `${stateFile} holds a number that is too large or not finite`
    return null
  } catch (error) {
    return `${stateFile} can't be used (${error instanceof Error ? error.message : String(error)})`
  }
}

/** @param start byte at which the float32 values begin, without a gap to the end */
async function hasWildNumber(file: string, start: number): Promise<boolean> {
  let rest: Uint8Array = new Uint8Array(0)
  for await (const piece of pieces(file, start)) {
    const bytes = Buffer.concat([rest, piece])
    const whole = bytes.length - (bytes.length % 4)
    const values = new Float32Array(Uint8Array.from(bytes.subarray(0, whole)).buffer)
    for (const value of values) if (!(Math.abs(value) <= maxMagnitude)) return true
    rest = bytes.subarray(whole)
  }
  return false
}

function pieces(file: string, start = 0): AsyncIterable<Uint8Array> {
  return createReadStream(file, { start, highWaterMark: pieceBytes })
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
