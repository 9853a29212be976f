/** The policy that a run starts from, which is the reference of what it trains, and how far a trained one is from it. */
import type { StepMetrics } from '../../contract/metrics.ts'
import type { DpoConfig } from '../../contract/run-kinds/dpo.ts'
import type { SftConfig } from '../../contract/run-kinds/sft.ts'
import { disposeModel, type Model } from '../../engine/model/model.ts'
import type { QueryResponse } from '../../engine/training/batch.ts'
import { referenceKl } from '../../engine/training/reference-kl.ts'
import { openModel } from './open-model.ts'
import type { Resources } from './resources.ts'

/** @param trained adapters have it as their base; else it is opened again, since training changes the weights */
export function startPolicy(trained: Model, path: string, resources: Resources): Model {
  if (trained.base) return trained.base
  return resources.keepModel(openModel({ path }, 'language').model)
}

interface Started {
  /** The trained model. */
  model: Model
  padId: number
  /** Of the model that it started from. */
  path: string
  /** That model, if the run keeps it anyway. */
  reference?: Model | null
}

/** @returns a measurement for the end of a run; undefined if none is wanted */
export function klFromStart(
  { model, padId, path, reference }: Started,
  examples: { train: readonly QueryResponse[]; heldout: readonly QueryResponse[] },
  { klSamples, batchSize, maxResponseTokens, seed }: SftConfig | DpoConfig,
): (() => StepMetrics) | undefined {
  if (klSamples === 0) return undefined
  const { train, heldout } = examples
  const queries = new Map((heldout.length > 0 ? heldout : train).map(({ query }) => [query.join(), query]))
  return () => {
    const kl = referenceKl({
      policy: model,
      withReference: (use) => withStart(reference ?? model.base ?? null, path, use),
      queries: [...queries.values()],
      padId,
      maxNewTokens: maxResponseTokens,
      samples: klSamples,
      batchSize: Math.min(batchSize, klSamples),
      seed,
    })
    if (kl === null) return {}
    return heldout.length > 0
      ? { 'objective/heldout_kl': kl.k1, 'objective/heldout_kl_k3': kl.k3 }
      : { 'objective/kl': kl.k1, 'objective/kl_k3': kl.k3 }
  }
}

function withStart<Result>(held: Model | null, path: string, use: (start: Model) => Result): Result {
  if (held) return use(held)
  const { model } = openModel({ path }, 'language')
  try {
    return use(model)
  } finally {
    disposeModel(model)
  }
}
