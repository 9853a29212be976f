/** The policy that a run starts from, which is the reference of what it trains, and how far a trained one is from it. */
import type { StepMetrics } from '../../contract/metrics.ts'
import type { DpoConfig } from '../../contract/run-kinds/dpo.ts'
import type { SftConfig } from '../../contract/run-kinds/sft.ts'
import type { Model } from '../../engine/model/model.ts'
import type { QueryResponse } from '../../engine/training/batch.ts'
import { referenceKl } from '../../engine/training/reference-kl.ts'
import { openModel } from './open-model.ts'
import type { Resources } from './resources.ts'

/** @param trained adapters have it as their base; else it is opened again, since training changes the weights */
export function startPolicy(trained: Model, path: string, resources: Resources): Model {
  if (trained.base) return trained.base
  return resources.keepModel(openModel({ path }, 'language').model)
}

/** @returns a measurement for the end of a run; undefined if none is wanted */
export function klFromStart(
  { model, padId, path, resources }: { model: Model; padId: number; path: string; resources: Resources },
  examples: { train: readonly QueryResponse[]; heldout: readonly QueryResponse[] },
  { klSamples, batchSize, maxResponseTokens, seed }: SftConfig | DpoConfig,
): (() => StepMetrics) | undefined {
  if (klSamples === 0) return undefined
  const { train, heldout } = examples
  const queries = new Map((heldout.length > 0 ? heldout : train).map(({ query }) => [query.join(), query]))
  return () => {
    const kl = referenceKl({
      policy: model,
      reference: () => startPolicy(model, path, resources),
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
