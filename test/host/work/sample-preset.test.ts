/** The form's presets for the sample project, as a new user starts them: the first model answers in sensible sentences. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, test } from 'node:test'
import { createRouterClient } from '@orpc/server'
import { type RunPreset, runPresets, samplePreset } from '../../../electron/contract/presets.ts'
import { PpoConfig } from '../../../electron/contract/run-kinds/ppo.ts'
import { StartWork } from '../../../electron/contract/work.ts'
import { openHost } from '../../../electron/host/router.ts'
import type { FlawKind } from '../../../electron/world/flaws.ts'
import { worldOf } from '../../../electron/world/worlds.ts'
import { resultOf } from '../client.ts'
import { temporaryFolder } from '../entry/cli-process.ts'

const folder = temporaryFolder()
process.env.STET_SETTINGS = path.join(folder, 'settings')
process.env.STET_PROJECTS = path.join(folder, 'projects')

function presetOf<Kind extends 'sft' | 'reward' | 'ppo'>(kind: Kind): RunPreset<Kind>['input'] {
  const preset = runPresets[kind]?.find(({ title }) => title === samplePreset)
  assert.ok(preset, kind)
  return preset.input
}

/** What makes a text nonsense, rather than a wrong answer. */
const nonsense: FlawKind[] = ['malformed', 'no-eos']
const prompts = 30

test('the base model of the sample project, trained with the preset, answers new prompts in sensible sentences', async () => {
  const { router, close } = openHost({ onOutput: () => {} })
  after(close)
  const host = createRouterClient(router)
  const { folder: project } = await host.projects.createSample({})
  const input = { project, ...presetOf('sft') }
  const { id } = await host.work.start(StartWork.parse({ verb: 'train sft', input }))
  for await (const _ of await host.work.watch({ id }));
  assert.equal((await host.work.get({ id })).error, null)
  const tasks = worldOf('ferry').makeTasks({ seed: 7, n: prompts, split: 'held-out' })
  const answers: { text: string; flaws: FlawKind[] }[] = []
  for (const { messages, findFlaws } of tasks) {
    const settings = { maxNew: 56, temperature: 0 }
    const events = await host.models.chat({ project, model: 'base', messages, ...settings })
    const { result } = await resultOf(events)
    answers.push({ text: result.text, flaws: findFlaws(result).map(({ kind }) => kind) })
  }
  const sensible = answers.filter(({ flaws }) => !flaws.some((kind) => nonsense.includes(kind)))
  assert.ok(sensible.length >= 0.9 * prompts, JSON.stringify(answers, null, 2))
})

test('the preset of PPO keeps the limits on length, KL and win rate, and starts from the models of the other two', () => {
  const { tripwires } = PpoConfig.parse(presetOf('ppo').config)
  for (const name of ['maxKl', 'lengthChange', 'judgeDrop'] as const)
    assert.ok(typeof tripwires[name] === 'number', name)
  assert.equal(presetOf('ppo').policy, presetOf('sft').name)
  assert.equal(presetOf('ppo').rewardModel, presetOf('reward').name)
  assert.equal(presetOf('reward').model, presetOf('sft').name)
})
