/** The verb `experiment`: trains and judges the arms on a project's data, and saves the record of the result. */
import { createHash } from 'node:crypto'
import type { Hooks } from '../../contract/events.ts'
import { sameKindWarnings, tripwireWarnings } from '../../contract/evidence.ts'
import { type AnyJudgeSpec, judgeKindOf } from '../../contract/judge-kinds.ts'
import { ResultRecord } from '../../contract/report.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import { listDatasets, type Project } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import { withModelPath } from '../judge/judge-model.ts'
import { findModel } from '../models/project-models.ts'
import { codeVersion } from '../version.ts'
import { requireArmData } from './arm-data.ts'
import { rewardsOf } from './arms.ts'
import { goldJudge } from './gold-judge.ts'
import { type ExperimentSetting, labSteps } from './lab-steps.ts'
import type { ExperimentPlan } from './policies.ts'
import { saveResult } from './results.ts'
import { type ExperimentResult, runExperiment } from './run.ts'

type ExperimentInput = VerbInput<'experiment'>

/** What a record says besides the figures of the experiment. */
export interface ResultContext {
  caveat: string | null
  /** Seconds of the steps before the arms. */
  stages: ResultRecord['stages']
  judge: ResultRecord['judge']
  notes: string[]
}

export function experiment(
  lab: Lab,
  input: ExperimentInput,
  hooks: Hooks,
): Promise<VerbResult<'experiment'>> {
  const judge = { name: input.judge.kind, description: 'Every pair was judged in both orders.' }
  return performExperiment(lab, input, { caveat: null, stages: [], judge, notes: [] }, hooks)
}

export async function performExperiment(
  lab: Lab,
  input: ExperimentInput,
  context: ResultContext,
  hooks: Hooks,
): Promise<ResultRecord> {
  const project = await lab.openProject(input.project)
  const { arms, prompts, datasets, heldout, edits, tries, reward, ppo, sft, dpo, seeds } = input
  requireArmData(project, arms, { datasets, heldout, heldoutLimit: prompts })
  const { setting, judge } = await settingOf(lab, project, { input, judge: context.judge }, hooks)
  const klCoefs = input.klCoefs.length > 0 ? input.klCoefs : [ppo.klCoef]
  const plan: ExperimentPlan = { arms, seeds, klCoefs, edits, tries, prompts, reward, ppo, sft, dpo }
  const result = await runExperiment(plan, labSteps(lab, project, setting, hooks))
  const record = ResultRecord.parse({
    project: project.name,
    createdAt: new Date().toISOString(),
    caveat: context.caveat,
    runtime: await runtimeOf(lab, hooks),
    versions: { stet: codeVersion(), node: process.version },
    seeds,
    data: dataOf(project),
    judge,
    settings: JSON.parse(JSON.stringify({ plan, setting })),
    ...result,
    ...withContext(result, context, { judge: setting.judge, plan }),
  })
  await saveResult(project, record)
  return record
}

/** The setting of the arms, with the judge prepared: a gold judge is trained first, on documents that no arm uses. */
async function settingOf(
  lab: Lab,
  project: Project,
  { input, judge: given }: { input: ExperimentInput; judge: ResultRecord['judge'] },
  hooks: Hooks,
): Promise<{ setting: ExperimentSetting; judge: ResultRecord['judge'] }> {
  const { prompts, datasets, heldout, ppo, reward, seeds, judgeServer } = input
  const choice = { datasets, heldout, heldoutLimit: prompts }
  const policy = findModel(project, input.policy).path
  const seed = seeds[0]!
  const { judge, trainPart, described } =
    input.judge.kind === 'gold'
      ? await goldJudge(lab, project, { policy, choice, reward, seed, share: input.judge.share }, hooks)
      : { judge: withModelPath(project, input.judge), trainPart: undefined, described: given }
  const setting = {
    policy,
    choice: { ...choice, ...(trainPart && { trainPart }) },
    judge,
    judgeServer,
    maxQueryTokens: ppo.maxQueryTokens,
    seed,
  }
  return { setting, judge: described }
}

function withContext(
  result: ExperimentResult,
  context: ResultContext,
  { judge, plan: { arms, ppo } }: { judge: AnyJudgeSpec; plan: ExperimentPlan },
) {
  const rewarded = arms.some((arm) => rewardsOf(arm).length > 0)
  return {
    stages: [...context.stages, ...result.stages],
    notes: [...context.notes, ...result.notes, ...cautionOf(judge)],
    warnings: [...sameKindWarnings(judge, rewarded), ...tripwireWarnings(ppo.tripwires)],
  }
}

/** What a reader must know of the judge. */
function cautionOf(judge: AnyJudgeSpec): string[] {
  const { caution } = judgeKindOf(judge)
  return caution === null ? [] : [caution]
}

async function runtimeOf({ trainer }: Lab, hooks: Hooks): Promise<ResultRecord['runtime']> {
  const { kind, version, device, threads } = await trainer.run<'runtime'>({ kind: 'runtime' }, hooks)
  return { name: `${kind} ${version}`, device: `${device}, ${threads} threads` }
}

function dataOf({ db }: Project): ResultRecord['data'] {
  return listDatasets(db).map(({ name, imported, files }) => ({
    name,
    rows: imported,
    sha256: hashOf(files.map((file) => file.sha256)),
  }))
}

function hashOf(hashes: readonly string[]): string {
  return hashes.length === 1 ? hashes[0]! : createHash('sha256').update(hashes.join('\n')).digest('hex')
}
