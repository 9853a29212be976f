/** The models and compiled functions that a job keeps in the runtime's memory. */
import { disposeModel, type Model } from '../../engine/model/model.ts'

/** Releases all it was given once, the latest first, however the job ends. */
export class Resources {
  readonly #releases = new Map<object, () => void>()

  keep<T extends { dispose(): void }>(resource: T): T {
    this.#releases.set(resource, () => resource.dispose())
    return resource
  }

  /** A model that is kept twice is still disposed once; its base, if it has one, is kept separately. */
  keepModel(model: Model): Model {
    this.#releases.set(model, () => disposeModel(model))
    return model
  }

  release(): void {
    for (const release of [...this.#releases.values()].reverse()) release()
    this.#releases.clear()
  }
}
