/** A tensor's values in a number format, in parts, so that the encoded bytes are never all in memory. */
import { UserError } from '../../contract/errors.ts'
import { numberFormats, type WritableFormat } from './number-formats.ts'

/** Of values that are encoded at a time; a multiple of every block size. */
const chunkValues = 1 << 20

/**
 * Rounds to the nearest, ties to even.
 * @param file is written, and `tensor` is the name, for errors
 * @throws UserError if a value has no finite value in the format
 */
export function* encodedChunks(
  file: string,
  tensor: string,
  type: WritableFormat,
  values: Float32Array,
): Generator<Uint8Array> {
  const { blockSize, blockBytes, encode } = numberFormats[type]
  for (let at = 0; at < values.length; at += chunkValues) {
    const part = values.subarray(at, at + chunkValues)
    const bytes = new Uint8Array((part.length / blockSize) * blockBytes)
    encode(part, bytes)
    const beyond = firstNotFinite(type, part, bytes)
    if (beyond !== undefined) throw refusal(file, tensor, type, beyond)
    yield bytes
  }
}

/** The first value that has become infinite, or was not finite. */
function firstNotFinite(
  type: WritableFormat,
  part: Float32Array,
  bytes: Uint8Array<ArrayBuffer>,
): number | undefined {
  const decoded = new Float32Array(part.length)
  numberFormats[type].decode(bytes, decoded)
  const at = decoded.findIndex((value) => !Number.isFinite(value))
  return at < 0 ? undefined : part[at]
}

function refusal(file: string, tensor: string, type: WritableFormat, value: number): UserError {
  const remedy = Number.isFinite(value)
    ? 'Export the model as BF16, whose numbers reach as far as float32.'
    : 'The training diverged: use an earlier checkpoint.'
  const message = `${file} was not written: ${tensor} holds ${value}, which ${type} cannot hold. ${remedy}`
  return new UserError('bad_input', message)
}
