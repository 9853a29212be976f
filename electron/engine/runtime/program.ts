/**
 * A recorded function as it is run: the compiled parts one after the other, each with what earlier ones have kept. At
 * the first call, other threads compile later parts while the first ones run.
 */
import type * as tf from '@tensorflow/tfjs-core'
import { releaseFunction } from './function-library.ts'
import type { Recording } from './recorder.ts'
import { runtime } from './runtime.ts'
import { type TensorMetadata, tensorflow } from './tensorflow-addon.ts'

export class Program {
  readonly #recording: Recording
  #isCompiled = false

  constructor(recording: Recording) {
    this.#recording = recording
  }

  /** False until the first call, which compiles it, has ended. */
  get isCompiled(): boolean {
    return this.#isCompiled
  }

  /** @returns the outputs, in the order in which the recorded function returned them */
  run(args: tf.Tensor[]): TensorMetadata[] {
    const { backend } = tensorflow()
    const ids = new Map(this.#recording.captures.map(({ placeholder, id }) => [placeholder, id]))
    for (const [i, id] of backend.getInputTensorIds(args).entries()) ids.set(this.#recording.args[i]!, id)
    if (!this.#isCompiled) this.#compileAhead(ids)
    const kept = new Set<number>()
    const outputs: TensorMetadata[] = []
    try {
      for (const part of this.#recording.parts) this.#runPart(part, { ids, kept, outputs })
    } catch (error) {
      for (const value of kept) backend.binding.deleteTensor(ids.get(value)!)
      for (const { id } of Object.values(outputs)) backend.binding.deleteTensor(id)
      throw error
    }
    this.#isCompiled = true
    return outputs
  }

  release(): void {
    for (const { name } of this.#recording.parts) releaseFunction(name)
  }

  /** From the last part on, while `run` begins with the first. Those that write variables can't be compiled ahead. */
  #compileAhead(ids: ReadonlyMap<number, number>): void {
    if (!runtime().device.startsWith('CPU')) return
    const { parts, specs, variables } = this.#recording
    const first = new Map(parts.toReversed().map((part) => [part.name, part]))
    for (const { name, inputs, effects } of first.values()) {
      if (effects.length > 0 || name === parts[0]!.name) continue
      const given = inputs.map((value) => ids.get(value) ?? specs[value]!)
      tensorflow().addon.compileAhead(name, given, inputs.filter((value) => variables.has(value)).length)
    }
  }

  #runPart(part: Recording['parts'][number], { ids, kept, outputs }: State): void {
    const { binding } = tensorflow().backend
    const mustCompile = { name: '_XlaMustCompile', type: binding.TF_ATTR_BOOL!, value: true }
    const inputs = part.inputs.map((value) => ids.get(value)!)
    const results = binding.executeOp(
      part.name,
      [mustCompile],
      inputs,
      part.kept.length + part.returned.length,
    )
    part.kept.forEach((value, i) => {
      ids.set(value, results[i]!.id)
      kept.add(value)
    })
    part.returned.forEach((place, i) => {
      outputs[place] = results[part.kept.length + i]!
    })
    for (const value of part.lastUses) {
      binding.deleteTensor(ids.get(value)!)
      kept.delete(value)
    }
  }
}

interface State {
  /** Of tensors, by value. */
  ids: Map<number, number>
  /** Values that later parts take. */
  kept: Set<number>
  outputs: TensorMetadata[]
}
