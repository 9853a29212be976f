/** The verb `real`: the method on real edits with a real model. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import { JudgeServerOptions } from '../../contract/judge.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import type { Lab } from '../context.ts'
import { importData } from '../data/import-export.ts'
import { performExperiment } from './experiment.ts'
import { freshProject } from './fresh-project.ts'
import { realPlan } from './presets.ts'
import { fetchRealModel } from './real-model.ts'
import { writeResult } from './results.ts'
import { StageClock } from './stage-clock.ts'

/** 100 edits that come with Stet; resources/real/README.md describes them. */
const ownEdits = path.resolve(import.meta.dirname, '../../../resources/real/edits.jsonl')

export async function real(lab: Lab, input: VerbInput<'real'>, hooks: Hooks): Promise<VerbResult<'real'>> {
  const { out, seed, steps } = input
  const data = input.data ?? ownEdits
  if (!existsSync(data))
    throw new UserError('not_found', `${data} does not exist. Choose a file of edits with --data.`)
  const policy = input.model ?? (await fetchRealModel(hooks))
  const project = await freshProject(lab, out, 'real')
  const clock = new StageClock()
  await clock.time('import', () =>
    importData(
      lab,
      { project: project.folder, files: [data], dataset: 'edits', columns: {}, strict: false },
      hooks,
    ),
  )
  const plan = realPlan(steps)
  const record = await performExperiment(
    lab,
    {
      project: project.folder,
      policy,
      seeds: [seed],
      klCoefs: [],
      edits: [],
      tries: 1,
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
          'A stand-in that shows how the arms differ in length; it does not know which response is right.',
      },
      stages: clock.stages(),
      notes: [
        `Prompts were cut to ${plan.ppo.maxQueryTokens} tokens (from the end of the document), responses to ${plan.ppo.maxNewTokens} new tokens.`,
      ],
    },
    hooks,
  )
  await writeResult(out, record)
  return record
}
