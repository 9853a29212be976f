/** Verdicts by the prompt that they are on: a prompt judged once a seed is one observation, not several. */
import type { Verdict } from './summarise.ts'
import { mean } from './win-rate.ts'

/** Which training seed a pair was judged for, and which prompt it asks. */
export type SeedOf = (pairId: string) => { seed: string; prompt: string }

export const oneSeed: SeedOf = (pairId) => ({ seed: '', prompt: pairId })

/** Each prompt's verdicts, one a seed, in the order in which prompts first appear. */
export function byPrompt(given: readonly Verdict[], seedOf: SeedOf): Verdict[][] {
  return [...Map.groupBy(given, ({ pairId }) => seedOf(pairId).prompt).values()]
}

/**
 * The values that a bootstrap draws from (S, N): one row a seed, one column a prompt that was judged for every seed.
 * Where most prompts were not (a person took a few of the pairs), one row of the prompts' means.
 */
export function preferencesBySeed(given: readonly Verdict[], seedOf: SeedOf): number[][] {
  const seeds = new Set(given.map(({ pairId }) => seedOf(pairId).seed))
  const prompts = byPrompt(given, seedOf)
  const whole = prompts.filter((own) => own.length === seeds.size)
  if (2 * whole.length < prompts.length) {
    return [prompts.map((own) => mean(own.map(({ preference }) => preference)))]
  }
  return [...seeds].map((seed) =>
    whole.map((own) => own.find(({ pairId }) => seedOf(pairId).seed === seed)!.preference),
  )
}
