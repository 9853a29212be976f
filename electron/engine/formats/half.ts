/** IEEE 754 binary16 ("half") numbers: to float32 exactly, and from float32 to the nearest. */

let halves: Float32Array | undefined

/** The value of every 16-bit pattern. */
export function halfTable(): Float32Array {
  halves ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1
    const exponent = (bits >> 10) & 31
    const fraction = bits & 1023
    if (exponent === 0) return sign * fraction * 2 ** -24
    if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
    return sign * (1024 + fraction) * 2 ** (exponent - 25)
  })
  return halves
}

const smallestNormal = 0x38800000
const beyondLargest = 0x47800000
const infinity = 0x7c00

const scratch = new Float32Array(1)
const scratchBits = new Uint32Array(scratch.buffer)

/**
 * Rounds to the nearest, ties to even.
 * @param bits a float32's; magnitudes that round beyond 65504, and NaN, become infinity
 * @returns the 16 bits
 */
export function halfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude >= beyondLargest) return sign | infinity
  if (magnitude < smallestNormal) {
    // Float32 numbers from 0.5 to 1 are 2^-24 apart, which is the smallest half: the addition does the rounding.
    scratchBits[0] = magnitude
    scratch[0] = scratch[0]! + 0.5
    return sign | (scratchBits[0] - 0x3f000000)
  }
  const odd = (magnitude >>> 13) & 1
  return sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13)
}

/** The half nearest to a float32, as its 16 bits. */
export function toHalf(value: number): number {
  scratch[0] = value
  return halfBits(scratchBits[0]!)
}
