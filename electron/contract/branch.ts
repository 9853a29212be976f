/** Branching a run: which settings may change from a checkpoint on, because they alter neither model nor data. */
import { z } from 'zod'
import { DpoConfig, PpoConfig, RewardConfig, SftConfig } from './configs.ts'

const ofAnyRun = [
  'learningRate',
  'warmupSteps',
  'decay',
  'weightDecay',
  'beta1',
  'beta2',
  'epsilon',
  'maxGradNorm',
  'microBatchSize',
  'gradientCheckpointing',
  'checkpointEvery',
] as const

const ofFixedExamples = [...ofAnyRun, 'epochs', 'maxSteps'] as const

/** The settings that a branch of each kind may change. */
export const branchable = {
  sft: ofFixedExamples,
  reward: [...ofFixedExamples, 'keptPenalty'],
  dpo: [...ofFixedExamples, 'beta'],
  ppo: [
    ...ofAnyRun,
    'totalSteps',
    'klCoef',
    'adaptiveKl',
    'tripwires',
    'entCoef',
    'vfCoef',
    'clipRange',
    'clipRangeValue',
    'targetKl',
    'numPpoEpochs',
    'rewardClip',
    'missingEosPenalty',
    'gamma',
    'gaeLambda',
    'sampleEvery',
    'judgeEvery',
  ],
} as const satisfies Record<string, readonly string[]>

type Shape = Record<string, z.ZodType>

const allSettings: Shape = {
  ...SftConfig.shape,
  ...RewardConfig.shape,
  ...DpoConfig.shape,
  ...PpoConfig.shape,
}

/** What is absent stays as the parent has it: no setting has a default of its own, nor has a part of one. */
function optional(setting: z.ZodType): z.ZodType {
  const bare = setting instanceof z.ZodDefault ? (setting.unwrap() as z.ZodType) : setting
  return partsOptional(bare)
    .describe(setting.description ?? '')
    .optional()
}

function partsOptional(setting: z.ZodType): z.ZodType {
  if (setting instanceof z.ZodObject) return z.strictObject(mapShape(setting.shape))
  if (setting instanceof z.ZodNullable) return partsOptional(setting.unwrap() as z.ZodType).nullable()
  return setting
}

function mapShape(shape: Shape): Shape {
  return Object.fromEntries(Object.entries(shape).map(([name, setting]) => [name, optional(setting)]))
}

const names = new Set<string>(Object.values(branchable).flat())

/** Every setting that a branch of some run may change. */
export const BranchSettings = z.strictObject(
  mapShape(Object.fromEntries(Object.entries(allSettings).filter(([name]) => names.has(name)))),
)

/** What a branch's record says of where it comes from. */
export const BranchPoint = z.object({ run: z.string(), step: z.int().nonnegative() })
export type BranchPoint = z.infer<typeof BranchPoint>

/** @returns the run and step that a run was branched from, or null */
export function branchOf({ config }: { config: object }): BranchPoint | null {
  return BranchPoint.safeParse((config as { branch?: unknown }).branch).data ?? null
}
