/** The lab without a window: the contract implemented on storage, pipeline and trainer. */
import path from 'node:path'
import { implement } from '@orpc/server'
import { contract } from '../contract/index.ts'
import { createProject, openProject, type Project } from '../storage/index.ts'
import type { Lab } from './context.ts'
import { exportData, importData, init } from './data/import-export.ts'
import { toContractError } from './errors/contract-errors.ts'
import { demo, experiment, real, report } from './experiment/experiment.ts'
import { checkJudge } from './judge/check-judge.ts'
import { judge, winrate } from './judge/judge.ts'
import { label } from './label/label.ts'
import { bench, doctor, generate } from './models/generate.ts'
import { runs } from './runs/run-list.ts'
import { streamEvents } from './stream.ts'
import { branch, resume, trainDpo, trainPpo, trainReward, trainSft } from './train/train.ts'
import { TrainerClient, type TrainerOptions } from './trainer-client.ts'

export interface LabOptions extends TrainerOptions {
  /** Gets what a user should know and can work on without. */
  onWarning?(sentence: string): void
}

/** @returns the contract's procedures, and how to let go of everything they hold */
export function openLab(options: LabOptions) {
  const trainer = new TrainerClient(options)
  const projects = new Map<string, Promise<Project>>()
  const keep = (folder: string, open: (folder: string) => Promise<Project>) => {
    const key = path.resolve(folder)
    const project = projects.get(key) ?? open(key)
    projects.set(key, project)
    project.then(
      ({ backupProblem, readOnly }) => {
        for (const sentence of [backupProblem, readOnly]) if (sentence) options.onWarning?.(sentence)
      },
      () => projects.delete(key),
    )
    return project
  }
  const lab: Lab = {
    trainer,
    createProject(folder) {
      const create = (absolute: string) => createProject(absolute, path.basename(absolute, '.stet'))
      const key = path.resolve(folder)
      // Where one is open already it is refused, like every folder with something in it.
      return projects.has(key) ? create(key) : keep(key, create)
    },
    openProject: (folder) => keep(folder, openProject),
  }
  async function close(): Promise<void> {
    trainer.close()
    for (const project of await Promise.allSettled(projects.values())) {
      if (project.status === 'fulfilled') project.value.close()
    }
  }
  return { lab, router: routerOf(lab), close }
}

export type LabRouter = ReturnType<typeof routerOf>

function routerOf(lab: Lab) {
  const os = implement(contract).use(async ({ next, procedure }) => {
    try {
      return await next()
    } catch (error) {
      throw toContractError(error, procedure['~orpc'].inputSchema)
    }
  })
  return os.router({
    init: os.init.handler(({ input }) => init(lab, input)),
    import: os.import.handler(({ input, signal }) =>
      streamEvents(signal, (hooks) => importData(lab, input, hooks)),
    ),
    export: os.export.handler(({ input, signal }) => streamEvents(signal, () => exportData(lab, input))),
    label: os.label.handler(({ input, signal }) => streamEvents(signal, (hooks) => label(lab, input, hooks))),
    train: {
      sft: os.train.sft.handler(({ input, signal }) =>
        streamEvents(signal, (hooks) => trainSft(lab, input, hooks)),
      ),
      reward: os.train.reward.handler(({ input, signal }) =>
        streamEvents(signal, (hooks) => trainReward(lab, input, hooks)),
      ),
      ppo: os.train.ppo.handler(({ input, signal }) =>
        streamEvents(signal, (hooks) => trainPpo(lab, input, hooks)),
      ),
      dpo: os.train.dpo.handler(({ input, signal }) =>
        streamEvents(signal, (hooks) => trainDpo(lab, input, hooks)),
      ),
    },
    generate: os.generate.handler(({ input, signal }) =>
      streamEvents(signal, (hooks) => generate(lab, input, hooks)),
    ),
    judge: os.judge.handler(({ input, signal }) => streamEvents(signal, (hooks) => judge(lab, input, hooks))),
    'check-judge': os['check-judge'].handler(({ input, signal }) =>
      streamEvents(signal, (hooks) => checkJudge(lab, input, hooks)),
    ),
    winrate: os.winrate.handler(({ input, signal }) =>
      streamEvents(signal, (hooks) => winrate(input, hooks)),
    ),
    experiment: os.experiment.handler(({ input, signal }) =>
      streamEvents(signal, (hooks) => experiment(lab, input, hooks)),
    ),
    report: os.report.handler(({ input }) => report(lab, input)),
    runs: os.runs.handler(({ input }) => runs(lab, input)),
    resume: os.resume.handler(({ input, signal }) =>
      streamEvents(signal, (hooks) => resume(lab, input, hooks)),
    ),
    branch: os.branch.handler(({ input, signal }) =>
      streamEvents(signal, (hooks) => branch(lab, input, hooks)),
    ),
    bench: os.bench.handler(({ input, signal }) => streamEvents(signal, (hooks) => bench(lab, input, hooks))),
    doctor: os.doctor.handler(({ signal }) => streamEvents(signal, (hooks) => doctor(lab, hooks))),
    demo: os.demo.handler(({ input, signal }) => streamEvents(signal, (hooks) => demo(lab, input, hooks))),
    real: os.real.handler(({ input, signal }) => streamEvents(signal, (hooks) => real(lab, input, hooks))),
  })
}
