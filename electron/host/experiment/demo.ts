/** The verb `demo`: the whole method on the sample world. */

import type { Hooks } from '../../contract/events.ts'
import { JudgeServerOptions } from '../../contract/judge.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import { worldOf } from '../../world/worlds.ts'
import type { Lab } from '../context.ts'
import { importSampleWorld, worldDatasets } from '../data/sample-world.ts'
import { train } from '../train/train.ts'
import { performExperiment } from './experiment.ts'
import { freshProject } from './fresh-project.ts'
import { type DemoPreset, type DemoPresetName, demoPresets } from './presets.ts'
import { writeResult } from './results.ts'
import { StageClock } from './stage-clock.ts'

const heldout = 0.1

export async function demo(
  lab: Lab,
  { out, preset: chosen, world, editors, seed }: VerbInput<'demo'>,
  hooks: Hooks,
): Promise<VerbResult<'demo'>> {
  const runtime = await lab.trainer.run<'runtime'>({ kind: 'runtime' }, hooks)
  const name: DemoPresetName = chosen ?? (runtime.kind === 'tensorflow' ? 'full' : 'small')
  const preset = demoPresets[name]
  const { sizes, plan, caveat } = preset
  const project = await freshProject(lab, out, 'demo')
  hooks.emit({
    type: 'note',
    sentence: `Creating the sample dataset in ${project.folder} (preset ${name}, ${runtime.kind}).`,
  })
  const clock = new StageClock()
  await clock.time('import', () => importSampleWorld(project, { world, editors, sizes, seed }))
  hooks.emit({ type: 'note', sentence: 'Training the reference policy from scratch on demonstrations.' })
  await clock.time('train reference', () => trainReference(lab, project.folder, { preset, seed }, hooks))
  const record = await performExperiment(
    lab,
    {
      project: project.folder,
      heldout,
      policy: 'reference',
      seeds: [seed],
      klCoefs: [],
      edits: [],
      tries: 1,
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
          'A program that knows every fact adds up the cost of the flaws in each response; the lower cost wins, equal costs tie.',
      },
      stages: clock.stages(),
      notes: [worldOf(world).heldoutNote],
    },
    hooks,
  )
  await writeResult(out, record)
  return record
}

function trainReference(
  lab: Lab,
  project: string,
  { preset: { reference, plan }, seed }: { preset: DemoPreset; seed: number },
  hooks: Hooks,
) {
  const input = {
    project,
    heldout,
    model: 'world',
    name: 'reference',
    datasets: [worldDatasets.demonstrations],
    heldoutLimit: plan.prompts,
    config: { ...reference, seed },
  }
  return train(lab, { kind: 'sft', input }, hooks)
}
