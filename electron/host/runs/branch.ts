/**
 * Branches: a new run that continues from a checkpoint of another run, on the same frozen rows. If no setting changes,
 * it ends with the same bytes as its parent.
 */
import { copyFileSync, cpSync, existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { stepLimits } from '../../contract/branch.ts'
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import type { JsonObject } from '../../contract/json.ts'
import { type RunKind, runKinds } from '../../contract/run-kinds/index.ts'
import { type Checkpoint, listCheckpoints, listSetAside } from '../../engine/checkpoints/checkpoint-folder.ts'
import { damageOf } from '../../engine/checkpoints/verify.ts'
import { addMark, copyHistory, createRun, type Project, type Run, transact } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import { parseInput } from '../errors/parse-input.ts'
import { refuseTakenName } from '../models/project-models.ts'
import { codeVersion } from '../version.ts'
import { noteChangedModels, performRun, type RunOutcome, runFolder, storedSettings } from './run.ts'
import { inputFile } from './run-input.ts'

export interface BranchPlan {
  parent: Run
  /** Step of a checkpoint that the parent keeps; null stands for the newest. */
  step: number | null
  name: string | null
  /** Settings that change. */
  changes: Record<string, unknown>
}

/** @throws UserError if there is no such checkpoint, or a setting may not change */
export async function branchRun(
  lab: Lab,
  project: Project,
  { parent, step, name, changes }: BranchPlan,
  hooks: Hooks,
): Promise<RunOutcome<RunKind>> {
  refuseTakenName(project, name)
  const checkpoint = checkpointAt(project, parent, step)
  await refuseDamaged(parent, checkpoint)
  const config = branchedConfig(parent, changes)
  refuseDone(parent, checkpoint, config)
  const run = transact(project.db, () => recordBranch(project, parent, checkpoint.step, { name, config }))
  copyFiles(checkpoint, runFolder(project, parent), runFolder(project, run))
  const sentence = `Run ${run.id} was branched from ${parent.name} (${parent.id}) after step ${checkpoint.step}.`
  await noteChangedModels(project, run, hooks)
  hooks.emit({ type: 'started', run: run.id })
  hooks.emit({ type: 'note', sentence })
  return performRun(lab, project, run, hooks)
}

function checkpointAt(project: Project, parent: Run, step: number | null): Checkpoint {
  const kept = listCheckpoints(runFolder(project, parent))
  const aside = listSetAside(runFolder(project, parent))
  const found =
    step === null ? kept.at(-1) : [...kept, ...aside].find((checkpoint) => checkpoint.step === step)
  if (found) return found
  const steps = kept.map((each) => each.step).join(', ')
  const choice =
    kept.length === 0
      ? 'It has none: run it with a smaller checkpointEvery.'
      : `Choose one of ${kept.length === 1 ? 'step' : 'steps'} ${steps}, or run it with a smaller checkpointEvery.`
  throw new UserError(
    'not_found',
    `Run ${parent.id} has no checkpoint${step === null ? '' : ` of step ${step}`}. ${choice}`,
  )
}

async function refuseDamaged({ id }: Run, { folder, step }: Checkpoint): Promise<void> {
  const damage = await damageOf(folder)
  if (damage === null) return
  const message = `The checkpoint of step ${step} of run ${id} is damaged (${damage}). Branch from an earlier step.`
  throw new UserError('bad_input', message)
}

/** The parent's settings with the changes. */
function branchedConfig(parent: Run, changes: Record<string, unknown>): JsonObject {
  const { kind } = parent
  const { branchable, config: schema } = runKinds[kind]
  const allowed: readonly string[] = branchable
  const other = Object.keys(changes).find((name) => !allowed.includes(name))
  if (other !== undefined)
    throw new UserError(
      'bad_input',
      `"${other}" cannot change in a branch of a run of kind ${kind}. These settings can: ${allowed.join(', ')}.`,
    )
  const config = storedSettings(parent)
  const merged: Record<string, unknown> = { ...config, ...changes }
  for (const name of ['tripwires', 'adaptiveKl'])
    if (changes[name]) merged[name] = { ...(config[name] as object | null), ...(changes[name] as object) }
  return parseInput(schema, merged) as JsonObject
}

/** A branch that would end where it starts, or before, would only copy its parent. */
function refuseDone({ name, kind }: Run, { step }: Checkpoint, config: JsonObject): void {
  const setting = stepLimits[kind]
  const limit = config[setting]
  if (typeof limit !== 'number' || step < limit) return
  const message = `${name} has done ${step} steps at that checkpoint, and the branch would end after ${limit}. Raise ${setting}, or branch from an earlier checkpoint.`
  throw new UserError('bad_input', message)
}

function recordBranch(
  { db }: Project,
  parent: Run,
  step: number,
  { name, config }: { name: string | null; config: JsonObject },
): Run {
  const run = createRun(db, {
    kind: parent.kind,
    name: name ?? `${parent.name}, branched`,
    config: {
      ...parent.config,
      job: { ...parent.config.job, config },
      modelName: name,
      branch: { run: parent.id, step },
    },
    seeds: parent.seeds,
    codeVersion: codeVersion(),
    parentId: parent.id,
  })
  copyHistory(db, { from: parent.id, to: run.id, step })
  const sentence = `Branched from ${parent.name} (${parent.id}) after step ${step}.`
  addMark(db, run.id, { step, kind: 'branched', sentence })
  return run
}

/** The input is copied last: a run without it was interrupted before it started. */
function copyFiles(checkpoint: Checkpoint, from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  cpSync(checkpoint.folder, path.join(to, path.basename(checkpoint.folder)), { recursive: true })
  if (bestIsOf(checkpoint, from)) cpSync(path.join(from, 'best'), path.join(to, 'best'), { recursive: true })
  copyFileSync(path.join(from, inputFile), path.join(to, inputFile))
}

/** Whether the policy with the best win rate was the same at the checkpoint as it is now. */
function bestIsOf({ state }: Checkpoint, runFolder: string): boolean {
  const bestOf = (of: object | undefined) =>
    (of as { bestStep?: number | null } | undefined)?.bestStep ?? null
  const now = listCheckpoints(runFolder).at(-1)?.state
  return existsSync(path.join(runFolder, 'best')) && bestOf(state) !== null && bestOf(state) === bestOf(now)
}
