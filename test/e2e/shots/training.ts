/**
 * The training and the evaluations that the screenshots show: runs of every kind and state on the sample world, with
 * the presets of the form, so that these pictures are what its users get.
 */
import { runPresets, samplePreset } from '../../../electron/contract/presets.ts'
import { StartWork } from '../../../electron/contract/work.ts'
import type { App } from '../app.ts'

type Kind = 'sft' | 'reward' | 'ppo'

/** Starts a verb and waits for its end. @throws Error with the verb's own */
export async function perform(app: App, verb: string, input: object): Promise<void> {
  const { id } = await app.host.work.start(
    StartWork.parse({ verb, input: { project: app.project, ...input } }),
  )
  for await (const _ of await app.host.work.watch({ id }));
  const { error } = await app.host.work.get({ id })
  if (error) throw new Error(`${verb}: ${error}`)
}

/** The preset's input with some of it changed. */
export function presetWith(kind: Kind, changed: { config?: object; [field: string]: unknown }): object {
  const preset = runPresets[kind]!.find(({ title }) => title === samplePreset)
  if (!preset) throw new Error(`The form of ${kind} has no preset "${samplePreset}".`)
  return { ...preset.input, ...changed, config: { ...preset.input.config, ...changed.config } }
}

/** In the order of the work. */
const trainings: [kind: Kind, changed: { config?: object; [field: string]: unknown }][] = [
  ['sft', { name: 'reference' }],
  ['reward', { model: 'reference', name: 'rewards' }],
  ['reward', { model: 'reference', name: 'sequence-rewards', config: { scheme: 'sequence' } }],
  [
    'reward',
    {
      model: 'reference',
      name: 'original-rewards',
      config: { scheme: 'sequence', pairs: 'original', epochs: 3 },
    },
  ],
  ['ppo', ppo('token-1', {})],
  ['ppo', ppo('token-2', { seed: 2 })],
  ['ppo', ppo('sequence-edited', { placement: 'sequence' }, 'sequence-rewards')],
  [
    'ppo',
    ppo(
      'sequence-original',
      { placement: 'sequence', klCoef: 0.01, tripwires: { maxKl: 3, lengthChange: 0.5 } },
      'original-rewards',
    ),
  ],
]

function ppo(name: string, config: object, rewardModel = 'rewards') {
  return { policy: 'reference', rewardModel, name, config }
}

export async function train(app: App): Promise<void> {
  for (const [kind, changed] of trainings) await perform(app, `train ${kind}`, presetWith(kind, changed))
}
