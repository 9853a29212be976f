/**
 * Unpacks LZ4 blocks, the form that Parquet calls LZ4_RAW, and Hadoop's, which older files call LZ4: blocks with their
 * sizes before them. Damaged input is an error, never an endless loop or a read outside the input.
 * Source: the LZ4 block format description, and Parquet's description of its codecs.
 */

/** The shortest match. */
const minMatch = 4

/** @param size of the result @throws Error if the input does not unpack to exactly this size */
export function unpackLz4(input: Uint8Array, size: number): Uint8Array {
  const output = new Uint8Array(size)
  const end = unpackInto(output, 0, input)
  if (end !== size) throw new Error(`an LZ4 block has ${end} bytes instead of ${size}`)
  return output
}

/**
 * Blocks of Hadoop, each with two big-endian sizes before it: unpacked, packed. Some writers put none there.
 * @throws Error as `unpackLz4` does
 */
export function unpackHadoopLz4(input: Uint8Array, size: number): Uint8Array {
  const sizes = new DataView(input.buffer, input.byteOffset, input.byteLength)
  const output = new Uint8Array(size)
  let [at, to] = [0, 0]
  while (at < input.length) {
    if (at + 8 > input.length) return unpackLz4(input, size)
    const [unpacked, packed] = [sizes.getUint32(at), sizes.getUint32(at + 4)]
    const isPossible = to + unpacked <= size && at + 8 + packed <= input.length
    if (!isPossible) return unpackLz4(input, size)
    const end = unpackInto(output, to, input.subarray(at + 8, at + 8 + packed))
    if (end !== to + unpacked) return unpackLz4(input, size)
    to = end
    at += 8 + packed
  }
  if (to !== size) throw new Error(`LZ4 blocks have ${to} bytes instead of ${size}`)
  return output
}

/** @returns where the unpacked bytes end */
function unpackInto(output: Uint8Array, start: number, input: Uint8Array): number {
  let [at, to] = [0, start]
  /** A length of 15 continues in further bytes while they are 255. */
  const lengthFrom = (nibble: number): number => {
    if (nibble < 15) return nibble
    let length = nibble
    for (;;) {
      const byte = input[at++]
      if (byte === undefined) throw new Error('an LZ4 block is cut off')
      length += byte
      if (byte < 255) return length
    }
  }
  while (at < input.length) {
    const token = input[at++]!
    const literals = lengthFrom(token >> 4)
    if (at + literals > input.length || to + literals > output.length)
      throw new Error('an LZ4 block is damaged')
    output.set(input.subarray(at, at + literals), to)
    at += literals
    to += literals
    if (at === input.length) return to // The last sequence has no match.
    const offset = (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8)
    at += 2
    const length = lengthFrom(token & 15) + minMatch
    if (at > input.length || offset === 0 || offset > to || to + length > output.length)
      throw new Error('an LZ4 block is damaged')
    // Byte by byte: a match may overlap what it writes.
    for (let i = 0; i < length; i++, to++) output[to] = output[to - offset]!
  }
  return to
}
