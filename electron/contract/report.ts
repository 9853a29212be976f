/** The record of a finished experiment: what the report shows, what `--json` prints, and what reproduces it. */
import { z } from 'zod'

const share = () => z.number().min(0).max(1)
const percent = () => z.number().min(0).max(100)

export const PercentInterval = z.object({ low: percent(), high: percent() })

/** One side judged against another, pair by pair (`pipeline/judge/summarise.ts`). */
export const WinRateSummary = z.object({
  /** Pairs on which this side is better, equal, worse. */
  wins: z.int().nonnegative(),
  ties: z.int().nonnegative(),
  losses: z.int().nonnegative(),
  n: z.int().positive(),
  /** Prompts that the pairs ask: fewer, where each was judged once a seed. Earlier results do not say. */
  prompts: z.int().positive().optional(),
  /** Replies of the judge that were no verdict: kept as they came, and left out. */
  unread: z.int().nonnegative(),
  /** Percent: wins plus half the ties (fractional preferences count as they are). */
  winRate: percent(),
  /** 95% bootstrap interval over prompts (and seeds, where there are several). */
  interval: PercentInterval,
  /** Points, over prompts; null for a single one. */
  standardError: z.number().nonnegative().nullable(),
  /** Exact two-sided sign test of prompts won against prompts lost, each by the mean over its seeds. */
  signTestP: share(),
  /** Share of pairs on which the judge contradicted itself in the other order; null where none was shown twice. */
  inconsistency: share().nullable(),
  /** Points from 50 that this many prompts can show, given these ties; null where none could be shown. */
  smallestDetectableDifference: z.number().positive().nullable(),
  /** Percent, were both answers equally long; null where lengths were not looked at. */
  lengthControlledWinRate: percent().nullable(),
  /** Whole sentences on what limits these figures. */
  warnings: z.array(z.string()),
})
export type WinRateSummary = z.infer<typeof WinRateSummary>

/** The same in a part of the pairs: those whose items have a value in a field. */
export const WinRateSubset = z.object({
  /** `dataset`, `source`, `prompt length`, or a field of the items' metadata. */
  field: z.string(),
  value: z.string(),
  /** Pairs. */
  n: z.int().positive(),
  winRate: percent(),
  interval: PercentInterval,
})
export type WinRateSubset = z.infer<typeof WinRateSubset>

/** What the responses of one policy are like, on the judged prompts. */
const Responses = z.object({
  name: z.string().min(1),
  /** How it was made, in a few words. */
  description: z.string(),
  /** Mean length in tokens; null where not measured. */
  length: z.number().nonnegative().nullable(),
  /** Share of responses that ended by themselves; null where not measured, absent from older records. */
  ended: share().nullish(),
  /** Mean count of each kind of flaw in a response; empty where nobody counts flaws. */
  flaws: z.record(z.string(), z.number().nonnegative()),
})
export type Responses = z.infer<typeof Responses>

/** One arm of the experiment, judged against the reference. */
export const Arm = z.object({
  ...Responses.shape,
  ...WinRateSummary.shape,
  /** Mean KL of a response from the reference over the last iterations, in nats; null where not measured. */
  kl: z.number().nullable(),
  /** Strength of the KL penalty; null for arms without one. */
  klCoef: z.number().nullable(),
})
export type Arm = z.infer<typeof Arm>

export const RewardModelResult = z.object({
  name: z.string().min(1),
  scheme: z.string(),
  /** Held-out pairs that the figures are from. */
  n: z.int().positive(),
  /** Share of held-out pairs ordered rightly, ties one half. */
  pairwiseAccuracy: share(),
  /** Against token labels; null for models without token rewards. */
  tokenAuroc: share().nullable(),
  tokenF1: share().nullable(),
  /** Spearman's correlation of the sequence score with the truth, where there is one. */
  rankCorrelation: z.number().min(-1).max(1).nullable(),
  /** Kind of flaw → how often one of its tokens has less reward than a token without any; empty without a truth. */
  flawAuroc: z.record(z.string(), share()),
})

const Level = z.object({ value: z.number(), interval: z.object({ low: z.number(), high: z.number() }) })

const Difference = z.object({ arm: z.string(), opponent: z.string(), ...Level.shape })

/** Every arm at every strength of the KL penalty, and all arms at the same distances from the reference. */
export const Frontier = z.object({
  points: z.array(
    z.object({
      arm: z.string(),
      klCoef: z.number(),
      kl: z.number(),
      winRate: percent(),
      interval: PercentInterval,
      length: z.number().nullable(),
      flaws: z.record(z.string(), z.number().nonnegative()),
    }),
  ),
  /** KLs in nats that every arm has runs on both sides of; one where there is no such range. */
  kls: z.object({ low: z.number(), high: z.number() }),
  /** Percent over the reference, the mean over those KLs. */
  winRates: z.array(z.object({ arm: z.string(), ...Level.shape })),
  /** Points by which `arm` passes `opponent` there, paired by prompt and seed. */
  differences: z.array(Difference),
  /** The same at single KLs: both ends of the range and its middle. */
  differencesAt: z.array(z.object({ kl: z.number(), differences: z.array(Difference) })),
})
export type Frontier = z.infer<typeof Frontier>

const Step = z.int().nonnegative()

/** A token with the reward it got. `label`: −1 struck, 0 kept, +1 added; null where there is no edit. */
const RewardedToken = z.object({
  text: z.string(),
  reward: z.number(),
  label: z.int().min(-1).max(1).nullable(),
})
export type RewardedToken = z.infer<typeof RewardedToken>

export const ResultRecord = z.object({
  project: z.string(),
  createdAt: z.iso.datetime(),
  /** Printed first and large where the figures must not be taken at face value (a toy preset, one seed). */
  caveat: z.string().nullable(),
  runtime: z.object({ name: z.string(), device: z.string() }),
  /** Program or library → version. */
  versions: z.record(z.string(), z.string()),
  seeds: z.array(z.int().nonnegative()).min(1),
  data: z.array(z.object({ name: z.string(), rows: z.int().nonnegative(), sha256: z.string() })),
  stages: z.array(z.object({ name: z.string(), seconds: z.number().nonnegative() })),
  /** Who judged, and how it decides. */
  judge: z.object({ name: z.string(), description: z.string() }),
  rewardModels: z.array(RewardModelResult),
  reference: Responses,
  arms: z.array(Arm),
  /** `arm` judged against `opponent`, for pairs of arms in either order. */
  headToHead: z.array(z.object({ arm: z.string(), opponent: z.string(), ...WinRateSummary.shape })),
  /** Null where arms were run at no or only one strength of the KL penalty. */
  frontier: Frontier.nullable(),
  /** Metrics over training steps; `metric` is a key of `contract/metrics.ts`. */
  curves: z.array(
    z.object({ arm: z.string(), metric: z.string(), points: z.array(z.tuple([Step, z.number()])) }),
  ),
  /** Checkpoints judged along the way, against the reference: means over seeds, with the least and the greatest. */
  winRateOverSteps: z.array(
    z.object({
      arm: z.string(),
      points: z.array(
        z.object({
          step: Step,
          winRate: percent(),
          interval: PercentInterval.nullable(),
          kl: z.number().nullable(),
        }),
      ),
    }),
  ),
  samples: z.array(
    z.object({
      prompt: z.string(),
      reference: z.string(),
      /** `preference`: probability that this output is better than the reference's; null where not judged. */
      outputs: z.array(z.object({ arm: z.string(), text: z.string(), preference: share().nullable() })),
    }),
  ),
  tokenRewards: z.array(
    z.object({
      rewardModel: z.string(),
      prompt: z.string(),
      side: z.enum(['rejected', 'edited', 'response']),
      tokens: z.array(RewardedToken),
    }),
  ),
  /** Every setting that the figures depend on, by stage. */
  settings: z.record(z.string(), z.json()),
  notes: z.array(z.string()),
})
export type ResultRecord = z.infer<typeof ResultRecord>
