/** The kinds of run: one file each, listed here. Tables elsewhere are exhaustive by `RunKind`. */
import { z } from 'zod'
import { DpoJob, dpo } from './dpo.ts'
import { PpoJob, ppo } from './ppo.ts'
import { RewardJob, reward } from './reward.ts'
import { SftJob, sft } from './sft.ts'

export const runKinds = { sft, reward, ppo, dpo }

export type RunKind = keyof typeof runKinds
export const runKindNames = Object.keys(runKinds) as RunKind[]
export const RunKind = z.literal(runKindNames)

export const TrainingJob = z.discriminatedUnion('kind', [SftJob, RewardJob, PpoJob, DpoJob])
export type TrainingJob = z.infer<typeof TrainingJob>

const unplanned = { input: true, folder: true } as const

/** A training job before it has a run's folder. */
export const PlannedJob = z.discriminatedUnion('kind', [
  SftJob.omit(unplanned),
  RewardJob.omit(unplanned),
  PpoJob.omit(unplanned),
  DpoJob.omit(unplanned),
])
export type PlannedJob<Kind extends RunKind = RunKind> = Extract<z.infer<typeof PlannedJob>, { kind: Kind }>

export const trainVerbs = {
  'train sft': sft.verb,
  'train reward': reward.verb,
  'train ppo': ppo.verb,
  'train dpo': dpo.verb,
}

/** The same value, or one made from the kind, for the verb of each kind. */
export function forTrainVerbs<T>(make: (kind: RunKind) => T): Record<keyof typeof trainVerbs, T> {
  const entries = runKindNames.map((kind) => [`train ${kind}`, make(kind)])
  return Object.fromEntries(entries)
}
