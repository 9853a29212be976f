/**
 * Named tensors: what compiled functions take and return. A record may hold records. Its tensors have an order, depth
 * first in the order of the keys, in which they are handed to the native graph.
 */
import * as tf from '@tensorflow/tfjs-core'

export type TensorRecord = { readonly [name: string]: tf.Tensor | TensorRecord }

/** A flat record with these names. */
export type Tensors<Name extends string> = Readonly<Record<Name, tf.Tensor>>

/** A record's names in their order; null in place of each tensor. */
export type Layout = ReadonlyMap<string, Layout | null>

export function layoutOf(record: TensorRecord): Layout {
  return new Map(
    Object.entries(record).map(([name, value]) => [
      name,
      value instanceof tf.Tensor ? null : layoutOf(value),
    ]),
  )
}

/**
 * @param owner begins error messages
 * @returns the record's tensors in the layout's order
 * @throws Error that names a key which is missing or unknown, or has a record where a tensor should be
 */
export function tensorsOf(record: TensorRecord, layout: Layout, owner: string): tf.Tensor[] {
  const tensors: tf.Tensor[] = []
  collect(record, layout, owner, tensors)
  return tensors
}

function collect(record: TensorRecord, layout: Layout, owner: string, tensors: tf.Tensor[]): void {
  if (Object.keys(record).length !== layout.size) throw mismatch(record, layout, owner)
  for (const [name, nested] of layout) {
    const value = record[name]
    if (value === undefined) throw mismatch(record, layout, owner)
    if (nested === null && value instanceof tf.Tensor) tensors.push(value)
    else if (nested !== null && !(value instanceof tf.Tensor)) collect(value, nested, owner, tensors)
    else throw new Error(`${owner}: "${name}" must be a ${nested ? 'record' : 'tensor'}.`)
  }
}

function mismatch(record: TensorRecord, layout: Layout, owner: string): Error {
  const names = [...layout.keys()]
  const missing = names.find((name) => record[name] === undefined)
  const unknown = Object.keys(record).find((name) => !layout.has(name))
  const problem = missing === undefined ? `unknown input "${unknown}"` : `input "${missing}" is missing`
  return new Error(`${owner}: ${problem}. Inputs: ${names.join(', ') || 'none'}.`)
}

/** The inverse of {@link tensorsOf}. */
export function recordOf<R extends TensorRecord>(tensors: Iterable<tf.Tensor>, layout: Layout): R {
  const rest = tensors[Symbol.iterator]()
  const build = (names: Layout): TensorRecord =>
    Object.fromEntries(
      [...names].map(([name, nested]) => [name, nested ? build(nested) : (rest.next().value as tf.Tensor)]),
    )
  return build(layout) as R
}

/** The values of a record's float32 tensors, under the same names. */
export type ValuesOf<R extends TensorRecord> = {
  [Name in keyof R]: R[Name] extends tf.Tensor
    ? Float32Array
    : R[Name] extends TensorRecord
      ? ValuesOf<R[Name]>
      : never
}

export function valuesOf<R extends TensorRecord>(record: R): ValuesOf<R> {
  const values = Object.entries(record).map(([name, value]) => [
    name,
    value instanceof tf.Tensor ? value.dataSync() : valuesOf(value),
  ])
  return Object.fromEntries(values) as ValuesOf<R>
}

/** Maps the tensors of a flat record, under the same names. */
export function mapTensors<Name extends string, Value>(
  record: Tensors<Name>,
  map: (tensor: tf.Tensor) => Value,
): Record<Name, Value> {
  const entries = Object.entries<tf.Tensor>(record).map(([name, tensor]) => [name, map(tensor)])
  return Object.fromEntries(entries) as Record<Name, Value>
}
