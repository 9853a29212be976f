/**
 * The small search that every arm gets, the same number of runs for each. Settings are chosen by the judge on validation
 * prompts, with the first seed, and not by likelihood: the better imitation is not always the better answer.
 */
import { UserError } from '../../contract/errors.ts'
import type { ExperimentArm } from '../../contract/experiment.ts'
import type { ResultRecord } from '../../contract/report.ts'
import { armPlan, type Method, rewardPolicyOf } from './arms.ts'
import { type ExperimentPlan, plain, type Variant, variantsOf } from './policies.ts'

/** What is multiplied in a variant's settings. */
type Factors = Partial<Pick<Variant, 'rate' | 'passes'>> & { klCoef?: number }

/** Tried in this order; the first are the settings of the plan. */
const searches: Record<Method['kind'], readonly Factors[]> = {
  sft: [{}, { rate: 1 / 3 }, { passes: 2 }, { rate: 3 }],
  dpo: [{}, { rate: 1 / 3 }, { rate: 3 }, { rate: 1 / 10 }],
  // There is nothing to train.
  'best-of': [{}],
  ppo: [{}, { klCoef: 1 / 2 }, { klCoef: 2 }, { klCoef: 4 }],
}

/** @returns the variant itself, then others with changed settings; `tries` in all */
function triesOf(variant: Variant, tries: number): Variant[] {
  const { kind } = armPlan(variant.arm).method
  return searches[kind].slice(0, tries).map(({ rate = 1, passes = 1, klCoef = 1 }) => ({
    ...variant,
    rate: variant.rate * rate,
    passes: variant.passes * passes,
    klCoef: variant.klCoef === null ? null : variant.klCoef * klCoef,
  }))
}

/** A variant and its win rate on the validation prompts, in percent; null if its training diverged. */
interface Tried {
  variant: Variant
  winRate: number | null
}

export interface Tuned {
  variants: Variant[]
  tuning: NonNullable<ResultRecord['tuning']>
}

interface TuningSteps {
  /** Trains with the first seed and judges on the validation prompts; in percent, null if training diverged. */
  winRateOf(variant: Variant): Promise<number | null>
  /** Has arms that continue this one start from it with these settings. */
  choose(variant: Variant): void
}

/** Tries settings for every variant, and for the policies that some of them need, these first. */
export async function tuneVariants(plan: ExperimentPlan, steps: TuningSteps): Promise<Tuned> {
  const variants = variantsOf(plan)
  const isSwept = ({ klCoef }: Variant) => klCoef !== null && plan.klCoefs.length > 1
  const tuning: Tuned['tuning'] = []
  const chosen = new Map<string, Variant>()
  for (const variant of [...neededBy(variants), ...variants]) {
    const key = JSON.stringify(variant)
    if (chosen.has(key)) continue
    const tried = isSwept(variant) ? [] : await tryAll(variant, plan.tries, steps)
    const best = bestOf(tried) ?? variant
    chosen.set(key, best)
    steps.choose(best)
    if (tried.length > 0) tuning.push(recordOf(tried, best))
  }
  return { variants: variants.map((variant) => chosen.get(JSON.stringify(variant))!), tuning }
}

function neededBy(variants: readonly Variant[]): Variant[] {
  return variants.flatMap(({ arm, edits }) => policiesFor(arm).map((needed) => ({ ...plain(needed), edits })))
}

/** The arms whose policies an arm starts from or is rewarded by, each after those that it needs itself. */
function policiesFor(arm: ExperimentArm): ExperimentArm[] {
  const direct = [armPlan(arm).start, rewardPolicyOf(arm)].filter((needed) => needed !== null)
  return direct.flatMap((needed) => [...policiesFor(needed), needed])
}

async function tryAll(variant: Variant, tries: number, { winRateOf }: TuningSteps): Promise<Tried[]> {
  const tried: Tried[] = []
  for (const attempt of triesOf(variant, tries))
    tried.push({ variant: attempt, winRate: await winRateOf(attempt) })
  return tried
}

/** The one with the highest win rate, the earliest of equal ones; null if nothing was tried, or all diverged. */
function bestOf(tried: readonly Tried[]): Variant | null {
  const rates = tried.flatMap(({ winRate }) => winRate ?? [])
  return tried.find(({ winRate }) => winRate === Math.max(...rates))?.variant ?? null
}

function recordOf(tried: readonly Tried[], best: Variant): Tuned['tuning'][number] {
  return {
    arm: best.arm,
    edits: best.edits,
    tried: tried.map(({ variant: { rate, passes, klCoef }, winRate }) => ({ rate, passes, klCoef, winRate })),
    chosen: Math.max(
      0,
      tried.findIndex(({ variant }) => variant === best),
    ),
  }
}

const fewestForChoice = 20

/** @throws UserError if too few prompts are left to choose on */
export function requireValidation(validation: readonly unknown[]): void {
  if (validation.length >= fewestForChoice) return
  throw new UserError(
    'bad_input',
    `Only ${validation.length} held-out prompts are left to choose settings on, and ${fewestForChoice} are needed. Lower --prompts, raise --heldout, or leave out --tries.`,
  )
}
