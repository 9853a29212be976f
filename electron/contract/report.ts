/** The record of a finished experiment: what the report shows, what `--json` prints, and the settings that reproduce it. */
import { z } from 'zod'

const share = () => z.number().min(0).max(1)
const percent = () => z.number().min(0).max(100)

export const PercentInterval = z.object({ low: percent(), high: percent() })

/** A metric of both sides' outputs against the items' texts, over all judged pairs (`engine/statistics/text-metrics.ts`). */
export const CorpusScores = z.object({
  /** As publications name it, for example `chrF2`. */
  metric: z.string(),
  /** Pairs that have a text to compare with. */
  n: z.int().positive(),
  /** Percent; TER may exceed 100. */
  reference: z.number().nonnegative(),
  candidate: z.number().nonnegative(),
})
export type CorpusScores = z.infer<typeof CorpusScores>

/** One side judged against another, pair by pair (`pipeline/judge/summarise.ts`). */
export const WinRateSummary = z.object({
  /** Pairs on which this side is better, equal, worse. */
  wins: z.int().nonnegative(),
  ties: z.int().nonnegative(),
  losses: z.int().nonnegative(),
  n: z.int().positive(),
  /** Distinct prompts: fewer than pairs if each was judged for several seeds. Not in earlier records. */
  prompts: z.int().positive().optional(),
  /** Replies of the judge that were not verdicts: stored unchanged, and left out. */
  unread: z.int().nonnegative(),
  /** Percent: wins plus half the ties (fractional preferences count as they are). */
  winRate: percent(),
  /** 95% bootstrap interval over prompts (and seeds, if there are several). */
  interval: PercentInterval,
  /** Points, over prompts; null for a single one. */
  standardError: z.number().nonnegative().nullable(),
  /** p-value of the exact two-sided sign test of prompts won against prompts lost, each by its mean over seeds. */
  signTestP: share(),
  /** Share of pairs whose outcome changed with the order; null if none was shown in both orders. */
  inconsistency: share().nullable(),
  /** Points from 50 that a normal test of this many prompts detects with a power of 80%, given these ties; null if none. */
  smallestDetectableDifference: z.number().positive().nullable(),
  /** Percent, estimated for answers of equal length; null if lengths were not compared, or if it cannot be known. */
  lengthControlledWinRate: percent().nullable(),
  /** Percent, estimated for answers of equal length and markdown; null if it cannot be known; not in earlier records. */
  styleControlledWinRate: percent().nullish(),
  /** Of a judge that compares with the items' texts; not in other records. */
  corpusScores: CorpusScores.optional(),
  /** Sentences on the limits of these figures. */
  warnings: z.array(z.string()),
})
export type WinRateSummary = z.infer<typeof WinRateSummary>

/** The win rate in a subset of the pairs: those whose items have a value in a field. */
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

/** Statistics of one policy's responses to the judged prompts. */
const Responses = z.object({
  name: z.string().min(1),
  /** How it was made, in a few words. */
  description: z.string(),
  /** Mean length in tokens; null if not measured. */
  length: z.number().nonnegative().nullable(),
  /** Share of responses that ended with EOS; null if not measured, not in earlier records. */
  ended: share().nullish(),
  /** Mean number of flaws of each kind per response; empty if flaws were not counted. */
  flaws: z.record(z.string(), z.number().nonnegative()),
})
export type Responses = z.infer<typeof Responses>

/** One arm of the experiment, judged against the reference. */
export const Arm = z.object({
  ...Responses.shape,
  ...WinRateSummary.shape,
  /**
   * Mean KL of a response from the reference, in nats: of the judged responses, or in earlier records of the last
   * rollouts of PPO; null if not measured.
   */
  kl: z.number().nullable(),
  /** The arm whose policy it started from, and the KL of a response from that; null for the reference. */
  start: z.object({ arm: z.string(), kl: z.number() }).nullish(),
  /** Strength of the KL penalty; null for arms without one. */
  klCoef: z.number().nullable(),
})
export type Arm = z.infer<typeof Arm>

export const RewardModelResult = z.object({
  name: z.string().min(1),
  scheme: z.string(),
  /** Held-out pairs that the figures are from. */
  n: z.int().positive(),
  /** Share of held-out pairs ordered correctly; a tie counts one half. */
  pairwiseAccuracy: share(),
  /** Against token labels; null for models without token rewards. */
  tokenAuroc: share().nullable(),
  tokenF1: share().nullable(),
  /** Spearman's correlation of the sequence score with the truth; null if the truth is unknown. */
  rankCorrelation: z.number().min(-1).max(1).nullable(),
  /** For each kind of flaw, how often one of its tokens has a lower reward than a token without flaws; empty if the truth is unknown. */
  flawAuroc: z.record(z.string(), share()),
})

const Level = z.object({ value: z.number(), interval: z.object({ low: z.number(), high: z.number() }) })

const Difference = z.object({ arm: z.string(), opponent: z.string(), ...Level.shape })

/** Arms of one start at every strength of the KL penalty, and all of them at the same distances from that start. */
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
  /** KLs in nats from the start that every arm has runs on both sides of; low equals high if there is no such range. */
  kls: z.object({ low: z.number(), high: z.number() }),
  /** Win rate over the reference in percent, the mean over those KLs. */
  winRates: z.array(z.object({ arm: z.string(), ...Level.shape })),
  /** Points by which `arm` exceeds `opponent` there, paired by prompt and seed. */
  differences: z.array(Difference),
  /** The same at single KLs: both ends of the range and its middle. */
  differencesAt: z.array(z.object({ kl: z.number(), differences: z.array(Difference) })),
})
export type Frontier = z.infer<typeof Frontier>

const Step = z.int().nonnegative()

/** A token with its reward. `label`: −1 deleted, 0 kept, +1 inserted; null if there is no edit. */
const RewardedToken = z.object({
  text: z.string(),
  reward: z.number(),
  label: z.int().min(-1).max(1).nullable(),
})
export type RewardedToken = z.infer<typeof RewardedToken>

export const ResultRecord = z.object({
  project: z.string(),
  createdAt: z.iso.datetime(),
  /** Shown prominently at the top if the figures must not be taken at face value (a toy preset, one seed). */
  caveat: z.string().nullable(),
  /** What weakens the claims of the record as a whole (`contract/evidence.ts`). Not in earlier records. */
  warnings: z.array(z.string()).optional(),
  runtime: z.object({ name: z.string(), device: z.string() }),
  /** Program or library → version. */
  versions: z.record(z.string(), z.string()),
  seeds: z.array(z.int().nonnegative()).min(1),
  data: z.array(z.object({ name: z.string(), rows: z.int().nonnegative(), sha256: z.string() })),
  stages: z.array(z.object({ name: z.string(), seconds: z.number().nonnegative() })),
  /** The judge, and how it decides. */
  judge: z.object({ name: z.string(), description: z.string() }),
  rewardModels: z.array(RewardModelResult),
  reference: Responses,
  arms: z.array(Arm),
  /** `arm` judged against `opponent`, for pairs of arms in either order. */
  headToHead: z.array(z.object({ arm: z.string(), opponent: z.string(), ...WinRateSummary.shape })),
  /** Arms that were left out because their training diverged or a tripwire paused it. Not in earlier records. */
  skipped: z
    .array(z.object({ arm: z.string(), edits: z.int().positive().nullable(), reason: z.string() }))
    .optional(),
  /**
   * The settings that each arm was tried with on the first seed, and the one that won on the validation prompts: factors
   * of the plan's learning rate and passes, and the KL coefficient. Not in earlier records.
   */
  tuning: z
    .array(
      z.object({
        arm: z.string(),
        edits: z.int().positive().nullable(),
        tried: z.array(
          z.object({
            rate: z.number(),
            passes: z.number(),
            klCoef: z.number().nullable(),
            /** Null if training diverged. */
            winRate: percent().nullable(),
          }),
        ),
        chosen: z.int().nonnegative(),
      }),
    )
    .optional(),
  /** By how many points the win rates of related arms differ, paired by prompt and seed. Not in earlier records. */
  contrasts: z.array(Difference).optional(),
  /** Win rates of arms by the number of edits (or preferences) that they learned from. Not in earlier records. */
  editCurve: z
    .array(
      z.object({
        arm: z.string(),
        edits: z.int().nonnegative(),
        /** Whether these are all there are. */
        isAll: z.boolean(),
        winRate: percent(),
        interval: PercentInterval,
        kl: z.number().nullable(),
        ...Responses.pick({ length: true, ended: true, flaws: true }).shape,
      }),
    )
    .optional(),
  /** The contrasts of arms that learned from as many edits. Not in earlier records. */
  editContrasts: z.array(Difference.extend({ edits: z.int().nonnegative(), isAll: z.boolean() })).optional(),
  /** Arms that start from the reference; null unless they were run at several strengths of the KL penalty. */
  frontier: Frontier.nullable(),
  /** Arms that start from `sft-edited`, with their KL from that policy. Not in earlier records. */
  sftFrontier: Frontier.nullable().optional(),
  /** Metrics over training steps; `metric` is a key of `contract/metrics.ts`. */
  curves: z.array(
    z.object({ arm: z.string(), metric: z.string(), points: z.array(z.tuple([Step, z.number()])) }),
  ),
  /** Checkpoints judged during training, against the reference: means over seeds, with minimum and maximum. */
  winRateOverSteps: z.array(
    z.object({
      arm: z.string(),
      points: z.array(
        z.object({
          step: Step,
          winRate: percent(),
          interval: PercentInterval.nullable(),
          kl: z.number().nullable(),
          /** Mean normalised reward of that step's responses: what the policy is trained on. Not in earlier records. */
          score: z.number().nullish(),
        }),
      ),
    }),
  ),
  samples: z.array(
    z.object({
      prompt: z.string(),
      reference: z.string(),
      /** `preference`: probability that this output is better than the reference's; null if not judged. */
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
