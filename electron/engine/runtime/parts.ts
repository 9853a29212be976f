/**
 * Splits a recorded graph where `cut` was called, into parts that are compiled each on its own and called one after the
 * other. Parts of equal content share one compiled function: the layers of a transformer are compiled once, forward
 * and backward, however many there are.
 *
 * What a part needs of an earlier one is handed over as a tensor, unless it is cheap to compute again, as a compiler
 * that sees the whole graph would do.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'

/** An op of the graph; its number is its place in the list. */
export interface RecordedNode {
  type: string
  /** What it computes: type, attributes, a constant's values. */
  content: string
  /** Values. */
  inputs: readonly number[]
  /** Ops that run before it. */
  controls: readonly number[]
  /** Values. */
  outputs: readonly number[]
  /** Number of cuts before it. */
  part: number
}

export interface ValueSpec {
  /** TensorFlow's number. */
  dtype: number
  /** Null of a handle. */
  shape: readonly number[] | null
}

export interface RecordedGraph {
  nodes: readonly RecordedNode[]
  /** Dtype and shape by value. */
  specs: readonly ValueSpec[]
  /** Values that are handles of variables. */
  variables: ReadonlySet<number>
  /** Values that the whole graph returns, in order. */
  outputs: readonly number[]
  /** Ops that write variables. */
  effects: readonly number[]
}

export interface Part {
  /** Hash of what it computes, whatever its values are called. */
  content: string
  nodes: number[]
  /** Values it takes: the graph's own inputs, and those that earlier parts keep; handles of variables are last. */
  inputs: number[]
  /** Values it keeps for later parts: its first outputs. */
  kept: number[]
  /** Places of the graph's outputs that it returns: its other outputs. */
  returned: number[]
  effects: number[]
  /** Kept values that no later part takes. */
  lastUses: number[]
}

type Extent = Omit<Part, 'content' | 'lastUses'>

/** Ops that a part computes again rather than take their result: they cost no more than reading it from memory. */
const recomputedTypes = new Set([
  ...['Const', 'Fill', 'ReadVariableOp', 'EnsureShape', 'Cast', 'BroadcastTo', 'ZerosLike', 'OnesLike'],
  ...['Reshape', 'ExpandDims', 'Squeeze', 'Slice', 'StridedSlice', 'Split', 'SplitV', 'Range'],
  ...['AddV2', 'Add', 'Sub', 'Mul', 'RealDiv', 'Neg', 'Abs', 'Sign', 'Square', 'Sqrt', 'Rsqrt', 'Reciprocal'],
  ...['Maximum', 'Minimum', 'Sigmoid', 'Relu', 'Exp', 'Select', 'SelectV2'],
  ...['Equal', 'NotEqual', 'Less', 'LessEqual', 'Greater', 'GreaterEqual'],
  ...['LogicalAnd', 'LogicalOr', 'LogicalNot'],
])

/** @returns the parts that do something, in order */
export function splitIntoParts(graph: RecordedGraph): Part[] {
  return new Splitter(graph).parts()
}

class Splitter {
  readonly #graph: RecordedGraph
  /** Op by value. */
  readonly #makers: number[]
  readonly #lastPart: number
  /** Latest part among those whose values an op can be computed again from, by op; -1 if from none. */
  readonly #origins = new Map<number, number>()

  constructor(graph: RecordedGraph) {
    this.#graph = graph
    this.#makers = []
    graph.nodes.forEach(({ outputs }, op) => {
      for (const value of outputs) this.#makers[value] = op
    })
    this.#lastPart = graph.nodes.reduce((last, { part }) => Math.max(last, part), 0)
  }

  parts(): Part[] {
    const effectParts = new Map(
      this.#graph.effects.map((op) => [op, Math.max(0, ...this.#inputParts(op))] as const),
    )
    for (;;) {
      const extents = this.#extents(effectParts)
      if (!this.#delayWrites(effectParts, extents)) return this.#assembled(extents)
    }
  }

  /** Moves each write of a variable to the last part that still reads the old value. @returns whether one moved */
  #delayWrites(effectParts: Map<number, number>, extents: readonly Extent[]): boolean {
    const lastParts = new Map(extents.flatMap(({ nodes }, part) => nodes.map((op) => [op, part] as const)))
    let hasMoved = false
    for (const [op, part] of effectParts) {
      const last = Math.max(-1, ...this.#graph.nodes[op]!.controls.map((read) => lastParts.get(read) ?? -1))
      if (last <= part) continue
      effectParts.set(op, last)
      hasMoved = true
    }
    return hasMoved
  }

  /** From the last part to the first, since each keeps what later ones take. */
  #extents(effectParts: ReadonlyMap<number, number>): Extent[] {
    const { outputs, effects: all } = this.#graph
    const wanted = Array.from({ length: this.#lastPart + 1 }, () => new Set<number>())
    const extents: Extent[] = []
    for (let part = this.#lastPart; part >= 0; part--) {
      const kept = [...wanted[part]!].sort((a, b) => a - b)
      const returned = [...outputs.keys()].filter((place) => this.#homeOf(outputs[place]!) === part)
      const effects = all.filter((op) => effectParts.get(op) === part)
      const found = this.#reach(part, this.#resultsOf({ kept, returned }), effects)
      extents[part] = { ...found, kept, returned, effects }
      for (const value of found.inputs)
        if (!this.#isArgument(value)) wanted[this.#nodeOf(value).part]!.add(value)
    }
    return extents
  }

  #resultsOf({ kept, returned }: Pick<Part, 'kept' | 'returned'>): number[] {
    return [...kept, ...returned.map((place) => this.#graph.outputs[place]!)]
  }

  /** What a part needs for these values and effects, in an order that depends only on what is computed. */
  #reach(
    part: number,
    values: readonly number[],
    effects: readonly number[],
  ): Pick<Part, 'nodes' | 'inputs'> {
    const nodes = new Set<number>()
    const inputs = new Set<number>()
    const visit = (op: number): void => {
      if (nodes.has(op)) return
      const { inputs: needed, controls } = this.#graph.nodes[op]!
      for (const value of needed) visitValue(value)
      for (const control of controls) visit(control)
      nodes.add(op)
    }
    const visitValue = (value: number): void => {
      const { part: home } = this.#nodeOf(value)
      if (this.#isArgument(value) || (home !== part && !this.#isRecomputed(value))) inputs.add(value)
      else visit(this.#makers[value]!)
    }
    for (const value of values) visitValue(value)
    for (const op of effects) visit(op)
    const isVariable = (value: number) => Number(this.#graph.variables.has(value))
    return { nodes: [...nodes], inputs: [...inputs].sort((a, b) => isVariable(a) - isVariable(b)) }
  }

  #assembled(extents: readonly Extent[]): Part[] {
    const parts = extents
      .filter(({ kept, returned, effects }) => kept.length + returned.length + effects.length > 0)
      .map((extent): Part => ({ ...extent, content: this.#contentOf(extent), lastUses: [] }))
    const done = new Set<number>()
    for (const part of parts.toReversed())
      for (const value of part.inputs) {
        if (done.has(value) || this.#isArgument(value)) continue
        done.add(value)
        part.lastUses.push(value)
      }
    return parts
  }

  #contentOf(extent: Extent): string {
    const { nodes, inputs, effects } = extent
    const names = new Map(inputs.map((value, i) => [value, `i${i}`]))
    const places = new Map(nodes.map((op, i) => [op, i]))
    const nameOf = (value: number) => {
      const maker = this.#makers[value]!
      return names.get(value) ?? `${places.get(maker)}.${this.#graph.nodes[maker]!.outputs.indexOf(value)}`
    }
    const lines = nodes.map((op) => {
      const { content, inputs: needed, controls } = this.#graph.nodes[op]!
      return [content, needed.map(nameOf), controls.map((control) => places.get(control))]
    })
    const taken = inputs.map((value) => this.#graph.specs[value])
    const all = [taken, lines, this.#resultsOf(extent).map(nameOf), effects.map((op) => places.get(op))]
    return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 24)
  }

  /** The part that returns a value of the graph: the first that has what is needed. */
  #homeOf(value: number): number {
    if (this.#isArgument(value)) return this.#lastPart
    const node = this.#nodeOf(value)
    return this.#isRecomputed(value) ? Math.max(0, this.#originOf(this.#makers[value]!)) : node.part
  }

  #originOf(op: number): number {
    const known = this.#origins.get(op)
    if (known !== undefined) return known
    const origin = Math.max(-1, ...this.#inputParts(op))
    this.#origins.set(op, origin)
    return origin
  }

  #inputParts(op: number): number[] {
    return this.#graph.nodes[op]!.inputs.map((value) => {
      if (this.#isArgument(value)) return -1
      return this.#isRecomputed(value) ? this.#originOf(this.#makers[value]!) : this.#nodeOf(value).part
    })
  }

  #isArgument(value: number): boolean {
    return this.#nodeOf(value).type === 'Placeholder'
  }

  #isRecomputed(value: number): boolean {
    return recomputedTypes.has(this.#nodeOf(value).type)
  }

  #nodeOf(value: number): RecordedNode {
    const node = this.#graph.nodes[this.#makers[value]!]
    assert(node, `no op has value ${value}`)
    return node
  }
}
