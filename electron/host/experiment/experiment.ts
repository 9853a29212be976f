/** The verbs that do the paper as a whole: experiment, demo, real, report. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import type { experimentVerbs as contractVerbs } from '../../contract/experiment.ts'
import { JudgeServerOptions } from '../../contract/judge.ts'
import { type AnyJudgeSpec, judgeKindOf } from '../../contract/judge-kinds.ts'
import { ResultRecord } from '../../contract/report.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import { writeFileAtomic } from '../../engine/formats/atomic.ts'
import {
  createEvaluation,
  finishEvaluation,
  listDatasets,
  listEvaluations,
  type Project,
} from '../../storage/index.ts'
import type { Lab, WorkHooks } from '../context.ts'
import { importData } from '../data/import-export.ts'
import type { Implements } from '../implements.ts'
import { findModel } from '../models/project-models.ts'
import { reportMarkdown } from '../report/markdown.ts'
import { reportHtml } from '../report/report.ts'
import { train, withModelPath } from '../train/train.ts'
import { codeVersion } from '../version.ts'
import { requireArmData } from './arm-data.ts'
import { goldJudge } from './gold-judge.ts'
import { labSteps } from './lab-steps.ts'
import type { ExperimentPlan } from './policies.ts'
import { type DemoPresetName, demoPresets, realPlan } from './presets.ts'
import { fetchRealModel } from './real-model.ts'
import { runExperiment } from './run.ts'
import { importSampleWorld, worldDatasets } from './sample-world.ts'

type ExperimentInput = VerbInput<'experiment'>

/** What the result says besides the experiment's own figures. */
interface Framing {
  caveat: string | null
  /** Seconds of what came before the arms. */
  stages: ResultRecord['stages']
  judge: ResultRecord['judge']
  notes: string[]
}

const plainFraming = (judge: string): Framing => ({
  caveat: null,
  stages: [],
  judge: { name: judge, description: 'Every pair was judged in both orders.' },
  notes: [],
})

function experiment(lab: Lab, input: ExperimentInput, hooks: WorkHooks): Promise<VerbResult<'experiment'>> {
  return experimentOf(lab, input, plainFraming(input.judge.kind), hooks)
}

async function experimentOf(
  lab: Lab,
  input: ExperimentInput,
  framing: Framing,
  hooks: WorkHooks,
): Promise<ResultRecord> {
  const project = await lab.openProject(input.project)
  const { arms, prompts, datasets, heldout, ppo, reward, seeds } = input
  const choice = { datasets, heldout, heldoutLimit: prompts }
  requireArmData(project, arms, choice)
  const policy = findModel(project, input.policy).path
  const { judge, trainPart, said } =
    input.judge.kind === 'gold'
      ? await goldJudge(lab, project, { policy, choice, reward, seed: seeds[0]! }, input.judge.share, hooks)
      : { judge: withModelPath(project, input.judge), trainPart: undefined, said: framing.judge }
  const setting = {
    policy,
    choice: { ...choice, ...(trainPart && { trainPart }) },
    judge,
    judgeServer: input.judgeServer,
    maxQueryTokens: ppo.maxQueryTokens,
    seed: seeds[0]!,
  }
  const klCoefs = input.klCoefs.length > 0 ? input.klCoefs : [ppo.klCoef]
  const plan: ExperimentPlan = { arms, seeds, klCoefs, prompts, reward, ppo }
  const result = await runExperiment(plan, labSteps(lab, project, setting, hooks))
  const runtime = await lab.trainer.run<'runtime'>({ kind: 'runtime' }, hooks)
  const record = ResultRecord.parse({
    project: project.name,
    createdAt: new Date().toISOString(),
    caveat: framing.caveat,
    runtime: {
      name: `${runtime.kind} ${runtime.version}`,
      device: `${runtime.device}, ${runtime.threads} threads`,
    },
    versions: { stet: codeVersion(), node: process.version },
    seeds,
    data: listDatasets(project.db).map(({ name, imported, files }) => ({
      name,
      rows: imported,
      sha256: hashOf(files.map((f) => f.sha256)),
    })),
    judge: said,
    settings: JSON.parse(JSON.stringify({ plan, setting })),
    ...result,
    stages: [...framing.stages, ...result.stages],
    notes: [...framing.notes, ...result.notes, ...cautionOf(judge)],
  })
  await keepResult(project, record)
  return record
}

/** What a reader must know of the judge. */
function cautionOf(judge: AnyJudgeSpec): string[] {
  const { caution } = judgeKindOf(judge)
  return caution === null ? [] : [caution]
}

function hashOf(hashes: readonly string[]): string {
  return hashes.length === 1 ? hashes[0]! : createHash('sha256').update(hashes.join('\n')).digest('hex')
}

/** The record into the project's database; the record and its report as files. */
async function keepResult(project: Project, record: ResultRecord): Promise<void> {
  const json = JSON.parse(JSON.stringify(record))
  const evaluation = createEvaluation(project.db, {
    kind: 'experiment',
    name: 'experiment',
    runId: null,
    config: json.settings,
  })
  finishEvaluation(project.db, evaluation.id, json)
  await writeResult(exportsFolder(project), record)
}

function exportsFolder({ folder }: Project): string {
  const exports = path.join(folder, 'exports')
  mkdirSync(exports, { recursive: true })
  return exports
}

async function report(
  lab: Lab,
  { project: folder, out }: VerbInput<'report'>,
): Promise<VerbResult<'report'>> {
  const project = await lab.openProject(folder)
  const newest = listEvaluations(project.db).findLast(
    ({ kind, result }) => kind === 'experiment' && result !== null,
  )
  if (!newest)
    throw new UserError('not_found', `${folder} has no finished experiment yet. Run "stet experiment" first.`)
  const file = path.resolve(out ?? path.join(exportsFolder(project), 'report.html'))
  const record = ResultRecord.parse(newest.result)
  await writeFileAtomic(file, [file.endsWith('.md') ? reportMarkdown(record) : reportHtml(record)])
  return { file }
}

/** A fresh project under `out`; what an earlier try left there is never overwritten. */
async function freshProject(lab: Lab, out: string, name: string): Promise<Project> {
  mkdirSync(out, { recursive: true })
  for (let n = 1; ; n++) {
    const folder = path.join(out, n === 1 ? `${name}.stet` : `${name}-${n}.stet`)
    if (!existsSync(folder)) return lab.createProject(folder)
  }
}

async function writeResult(folder: string, record: ResultRecord): Promise<void> {
  await writeFileAtomic(path.join(folder, 'result.json'), [`${JSON.stringify(record, null, 1)}\n`])
  await writeFileAtomic(path.join(folder, 'report.html'), [reportHtml(record)])
  await writeFileAtomic(path.join(folder, 'report.md'), [reportMarkdown(record)])
}

async function seconds<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const start = performance.now()
  const result = await work()
  return { result, seconds: (performance.now() - start) / 1000 }
}

async function demo(
  lab: Lab,
  { out, preset: asked, seed }: VerbInput<'demo'>,
  hooks: WorkHooks,
): Promise<VerbResult<'demo'>> {
  const runtime = await lab.trainer.run<'runtime'>({ kind: 'runtime' }, hooks)
  const name: DemoPresetName = asked ?? (runtime.kind === 'tensorflow' ? 'full' : 'small')
  const { sizes, sft, plan, caveat } = demoPresets[name]
  const project = await freshProject(lab, out, 'demo')
  hooks.emit({
    type: 'note',
    sentence: `The sample world goes into ${project.folder} (preset ${name}, ${runtime.kind}).`,
  })
  const imported = await seconds(() => importSampleWorld(project, sizes, seed))
  hooks.emit({ type: 'note', sentence: 'Training the reference policy from scratch on demonstrations.' })
  const shared = { project: project.folder, heldout: 0.1 }
  const base = await seconds(() =>
    train(
      lab,
      {
        kind: 'sft',
        input: {
          ...shared,
          model: 'world',
          name: 'reference',
          datasets: [worldDatasets.demonstrations],
          heldoutLimit: plan.prompts,
          config: { ...sft, seed },
        },
      },
      hooks,
    ),
  )
  const record = await experimentOf(
    lab,
    {
      ...shared,
      policy: 'reference',
      arms: ['sequence-original', 'sequence-edited', 'token'],
      seeds: [seed],
      klCoefs: [],
      judge: { kind: 'world' },
      judgeServer: JudgeServerOptions.parse({}),
      datasets: [worldDatasets.pairs],
      ...plan,
    },
    {
      caveat,
      judge: {
        name: 'truth of the sample world',
        description:
          'A program knows every fact and counts what each flaw costs; less cost wins, equal cost ties.',
      },
      stages: [
        { name: 'import', seconds: imported.seconds },
        { name: 'train reference', seconds: base.seconds },
      ],
      notes: ['Held-out prompts ask questions (an island and a set of subjects) that no training row asks.'],
    },
    hooks,
  )
  await writeResult(out, record)
  return record
}

async function real(lab: Lab, input: VerbInput<'real'>, hooks: WorkHooks): Promise<VerbResult<'real'>> {
  const { out, seed, steps } = input
  const data =
    input.data ?? path.resolve(import.meta.dirname, '../../../../shared/data/edits_summedits.jsonl.gz')
  if (!existsSync(data))
    throw new UserError('not_found', `${data} is not there. Name a file of edits with --data.`)
  const policy = input.model ?? (await fetchRealModel(hooks))
  const project = await freshProject(lab, out, 'real')
  const imported = await seconds(() =>
    importData(
      lab,
      { project: project.folder, files: [data], dataset: 'edits', columns: {}, strict: false },
      hooks,
    ),
  )
  const plan = realPlan(steps)
  const { ppo } = plan
  const record = await experimentOf(
    lab,
    {
      project: project.folder,
      policy,
      arms: ['sequence-edited', 'token'],
      seeds: [seed],
      klCoefs: [],
      judge: { kind: 'length', prefer: 'shorter' },
      judgeServer: JudgeServerOptions.parse({}),
      datasets: ['edits'],
      heldout: 0.3,
      ...plan,
    },
    {
      caveat:
        'A small run on two cores: it shows that the method works on real edits and a real model, not which arm is better.',
      judge: {
        name: 'length (shorter wins)',
        description:
          'A stand-in that shows how the arms differ in length; it does not know which summary is right.',
      },
      stages: [{ name: 'import', seconds: imported.seconds }],
      notes: [
        `Prompts were cut to ${ppo.maxQueryTokens} tokens (the end of the document goes), responses to ${ppo.maxNewTokens} new tokens.`,
      ],
    },
    hooks,
  )
  await writeResult(out, record)
  return record
}

export const experimentVerbs: Implements<typeof contractVerbs> = { experiment, report, demo, real }
