/** Branching a run: the settings that may change at a checkpoint, and where a branch comes from. */
import { z } from 'zod'
import { type RunKind, runKinds } from './run-kinds/index.ts'

type Shape = Record<string, z.ZodType>

const kinds = Object.values(runKinds)

const allSettings: Shape = Object.assign({}, ...kinds.map(({ config }) => config.shape))

/** What is omitted stays as the parent has it, so no setting, and no part of one, has a default. */
function optional(setting: z.ZodType): z.ZodType {
  const bare = setting instanceof z.ZodDefault ? (setting.unwrap() as z.ZodType) : setting
  return partsOptional(bare)
    .meta({ ...setting.meta() })
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

const names = new Set<string>(kinds.flatMap(({ branchable }) => [...branchable]))

/** Every setting that a branch of some run may change. */
export const BranchSettings = z.strictObject(
  mapShape(Object.fromEntries(Object.entries(allSettings).filter(([name]) => names.has(name)))),
)

/** The setting that ends a run of each kind, if it is set. Where only epochs end it, the trainer refuses the same. */
export const stepLimits = {
  sft: 'maxSteps',
  reward: 'maxSteps',
  dpo: 'maxSteps',
  ppo: 'totalSteps',
} as const satisfies Record<RunKind, string>

/** Where a branch comes from, in its record. */
export const BranchPoint = z.object({ run: z.string(), step: z.int().nonnegative() })
export type BranchPoint = z.infer<typeof BranchPoint>
