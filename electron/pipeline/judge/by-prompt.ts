/** Verdicts by the prompt that they are on: a prompt judged for several seeds is one observation, not several. */
import type { JudgePair } from '../../contract/records.ts'
import type { Verdict } from './verdicts.ts'
import { mean } from './win-rate.ts'

/** The item whose prompt a pair answers, and the training seed of its models. */
export type Origin = Pick<JudgePair, 'item' | 'seed'>
export type OriginOf = (pairId: string) => Origin

/** Looks up the origins of pairs; any other pair counts as a separate prompt. */
export function originsOf(pairs: readonly Pick<JudgePair, 'id' | 'item' | 'seed'>[]): OriginOf {
  const byId = new Map(pairs.map((pair) => [pair.id, pair]))
  return (pairId) => byId.get(pairId) ?? { item: pairId, seed: null }
}

/** Each prompt's verdicts, one per seed, in the order in which prompts first appear. */
export function byPrompt(verdicts: readonly Verdict[], originOf: OriginOf): Verdict[][] {
  return [...Map.groupBy(verdicts, ({ pairId }) => originOf(pairId).item).values()]
}

/**
 * The values that a bootstrap draws from (S, N): one row per seed, one column per prompt that was judged for every seed.
 * If most prompts were not (a person judged a few of the pairs), one row with the prompts' means.
 */
export function preferencesBySeed(verdicts: readonly Verdict[], originOf: OriginOf): number[][] {
  const seeds = new Set(verdicts.map(({ pairId }) => originOf(pairId).seed))
  const prompts = byPrompt(verdicts, originOf)
  const complete = prompts.filter((own) => own.length === seeds.size)
  if (2 * complete.length < prompts.length) {
    return [prompts.map((own) => mean(own.map(({ preference }) => preference)))]
  }
  return [...seeds].map((seed) =>
    complete.map((own) => own.find(({ pairId }) => originOf(pairId).seed === seed)!.preference),
  )
}
