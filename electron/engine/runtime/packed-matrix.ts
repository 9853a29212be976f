/**
 * A frozen matrix in 8 bits: integers and a scale per block, which compiled functions turn into float32 just before each
 * product. The float32 matrix exists only during that product, also in the backward pass.
 */
import assert from 'node:assert/strict'
import * as tf from '@tensorflow/tfjs-core'
import { matMulsTransposed, shiftLeft, shiftRight } from './ops.ts'
import { makeVariable, type Variable, variableFrom } from './variable.ts'

/** A value is code · scale − minimum. */
export interface PackedContent {
  shape: readonly [rows: number, columns: number]
  /** (rows, columns) */
  codes: Int8Array
  /** Along the rows. */
  blockSize: number
  /** (rows, columns / blockSize) */
  scales: Float32Array
  minima: Float32Array | null
}

export class PackedMatrix implements Variable {
  readonly name: string
  readonly shape: number[]
  readonly dtype = 'float32'
  readonly #blockSize: number
  /** int32 (rows, columns / 4): byte k of word j is the code of column k (columns / 4) + j. */
  readonly #words: Variable
  readonly #scales: Variable
  readonly #minima: Variable | null

  constructor(name: string, { shape, codes, blockSize, scales, minima }: PackedContent) {
    const [rows, columns] = shape
    assert(columns % blockSize === 0 && blockSize % 4 === 0, `${name} is not whole blocks`)
    this.name = name
    this.shape = [rows, columns]
    this.#blockSize = blockSize
    const words = tf.tensor2d(wordsOf(codes, columns), [rows, columns / 4], 'int32')
    this.#words = makeVariable(name, words)
    words.dispose()
    const ofBlocks = (values: Float32Array) => variableFrom(name, [rows, columns / blockSize], values)
    this.#scales = ofBlocks(scales)
    this.#minima = minima && ofBlocks(minima)
  }

  read(): tf.Tensor {
    return tf.tidy(() => this.#unpacked(this.#words.read()))
  }

  /**
   * x (N, columns) times the matrix transposed, with a gradient for x alone: the matrix is computed after x, and again
   * after dy in the backward pass.
   * @returns (N, rows)
   */
  product(x: tf.Tensor): tf.Tensor {
    const product = tf.customGrad((...args) => {
      const [a] = args as unknown as [tf.Tensor]
      const gradFunc = (dy: tf.Tensor) => tf.matMul(dy, this.#readAfter(dy))
      return { value: matMulsTransposed(a, [this.#readAfter(a)])[0]!, gradFunc }
    })
    return product(x)
  }

  /**
   * XLA drops its barriers before it orders the operations, and then computes what it can first: all matrices at once. So
   * the words depend on a number of `before`, by adding a zero that XLA cannot know to be one.
   * @param before (N, C)
   */
  #readAfter(before: tf.Tensor): tf.Tensor {
    const zero = tf.cast(tf.less(tf.abs(tf.slice(before, [0, 0], [1, 1])), -1), 'int32')
    return this.#unpacked(tf.add(this.#words.read(), zero))
  }

  /** @param words as `#words` */
  #unpacked(words: tf.Tensor): tf.Tensor {
    const [rows, columns] = this.shape as [number, number]
    const codes = [24, 16, 8, 0].map((left) => tf.cast(shiftRight(shiftLeft(words, left), 24), 'float32'))
    const blocks = tf.reshape(tf.concat(codes, 1), [rows, columns / this.#blockSize, this.#blockSize])
    const scaled = tf.mul(blocks, tf.expandDims(this.#scales.read(), 2))
    const values = this.#minima ? tf.sub(scaled, tf.expandDims(this.#minima.read(), 2)) : scaled
    return tf.reshape(values, [rows, columns])
  }

  assign(): void {
    assert.fail(`${this.name} is frozen`)
  }

  data(): Float32Array {
    const value = this.read()
    const values = value.dataSync() as Float32Array
    value.dispose()
    return values
  }

  dispose(): void {
    for (const variable of [this.#words, this.#scales, this.#minima]) variable?.dispose()
  }
}

function wordsOf(codes: Int8Array, columns: number): Int32Array {
  const words = new Int32Array(codes.length / 4)
  const bytes = new Int8Array(words.buffer)
  const quarter = columns / 4
  for (let row = 0; row < codes.length; row += columns)
    for (let k = 0; k < 4; k++)
      for (let j = 0; j < quarter; j++) bytes[row + 4 * j + k] = codes[row + k * quarter + j]!
  return words
}
