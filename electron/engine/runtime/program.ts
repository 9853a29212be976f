/** A recorded function as it is run: the compiled parts one after the other, each with what earlier ones have kept. */
import type * as tf from '@tensorflow/tfjs-core'
import { releaseFunction } from './function-library.ts'
import type { Capture, Recording } from './recorder.ts'
import { type TensorMetadata, tensorflow } from './tensorflow-addon.ts'

export class Program {
  readonly #recording: Recording
  readonly #captures: readonly Capture[]

  constructor(recording: Recording, captures: readonly Capture[]) {
    this.#recording = recording
    this.#captures = captures
  }

  /** @returns the outputs, in the order in which the recorded function returned them */
  run(args: tf.Tensor[]): TensorMetadata[] {
    const { backend } = tensorflow()
    const ids = new Map(this.#captures.map(({ placeholder, id }) => [placeholder, id]))
    for (const [i, id] of backend.getInputTensorIds(args).entries()) ids.set(this.#recording.args[i]!, id)
    const kept = new Set<number>()
    const outputs: TensorMetadata[] = []
    try {
      for (const part of this.#recording.parts) this.#runPart(part, { ids, kept, outputs })
    } catch (error) {
      for (const value of kept) backend.binding.deleteTensor(ids.get(value)!)
      for (const { id } of Object.values(outputs)) backend.binding.deleteTensor(id)
      throw error
    }
    return outputs
  }

  release(): void {
    for (const { name } of this.#recording.parts) releaseFunction(name)
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
