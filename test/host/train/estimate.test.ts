/** What the form says before a start, against what runs on the sample world then take. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createRouterClient } from '@orpc/server'
import { EstimateRequest, type RunEstimate } from '../../../electron/contract/train.ts'
import { StartWork } from '../../../electron/contract/work.ts'
import { importSampleWorld } from '../../../electron/host/data/sample-world.ts'
import { openHost } from '../../../electron/host/router.ts'
import { compiledRuntimeOrSkip } from '../../invariant/compiled.ts'
import { temporaryFolder } from '../entry/cli-process.ts'

const folder = temporaryFolder()
process.env.STET_SETTINGS = `${folder}/settings`
process.env.STET_PROJECTS = `${folder}/projects`
const lab = openHost({ onOutput: () => {} })
const host = createRouterClient(lab.router)
after(() => lab.close())
const project = `${folder}/sample.stet`
await importSampleWorld(await lab.lab.createProject(project), {
  world: 'ferry',
  editors: 'people',
  // Few enough that every row is measured for the estimate.
  sizes: { demonstrations: 600, pairs: 400 },
  seed: 1,
})

type Kind = 'sft' | 'reward' | 'ppo'

const lengths = { maxQueryTokens: 64, maxResponseTokens: 64, learningRate: 1e-3 }
const base = { project, model: 'world', name: 'base', config: { ...lengths, batchSize: 32, epochs: 2 } }
const rewards = { project, model: 'base', name: 'rewards', config: { ...lengths, batchSize: 16 } }
const ppo = {
  ...{ project, policy: 'base', rewardModel: 'rewards', name: 'aligned' },
  config: {
    ...{ totalSteps: 10, rolloutBatchSize: 32, maxQueryTokens: 64, maxNewTokens: 56 },
    ...{ normalizationSamples: 32, valueTrunk: 'separate' },
    tripwires: { lengthChange: null, minEosRate: null, maxRepetition: null },
  },
}

/** Waits until the machine's speed is known, as the form does. */
async function estimate(kind: Kind, input: object): Promise<RunEstimate> {
  for (;;) {
    const found = await host.train.estimate(EstimateRequest.parse({ kind, input }))
    if (!found.isMeasuring) return found
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

async function train(kind: Kind, input: object) {
  const began = performance.now()
  let peakBytes = 0
  const look = setInterval(async () => {
    peakBytes = Math.max(peakBytes, await lab.lab.trainer.residentBytes())
  }, 100)
  const { id } = await host.work.start(StartWork.parse({ verb: `train ${kind}`, input }))
  for await (const _ of await host.work.watch({ id }));
  clearInterval(look)
  const { state, error, progress } = await host.work.get({ id })
  assert.equal(state, 'done', error ?? '')
  return { seconds: (performance.now() - began) / 1000, peakBytes, steps: progress?.total }
}

function assertWithinTwice(estimated: number, real: number, what: string): void {
  const ratio = estimated / real
  assert.ok(ratio > 0.5 && ratio < 2, `${what}: estimated ${estimated}, was ${real}`)
}

test('the number of steps follows the rows that the settings choose', async () => {
  const stepsOf = async (responses: string) => {
    const input = { ...base, config: { ...base.config, responses } }
    return (await host.train.estimate(EstimateRequest.parse({ kind: 'sft', input }))).steps
  }
  const [chosen, edited] = [await stepsOf('chosen'), await stepsOf('edited')]
  assert.deepEqual([chosen, edited, await stepsOf('chosen')], [56, 22, 56])
})

test('time and memory of SFT, a reward model and PPO are within a factor of two, by speed and by pace', async (t) => {
  if (!compiledRuntimeOrSkip(t)) return
  for (const [kind, input, basis] of [
    ['sft', base, /^From the speed of this machine \(\d+ GFLOP/],
    ['reward', rewards, /^From the speed of this machine/],
    ['ppo', ppo, /^From the speed of this machine/],
    ['sft', { ...base, name: 'smaller', config: { ...base.config, batchSize: 8 } }, /^From the pace of base/],
  ] as const) {
    const estimated = await estimate(kind, input)
    const actual = await train(kind, input)
    t.diagnostic(
      `${kind}: ${estimated.seconds?.toFixed(1)} s estimated, ${actual.seconds.toFixed(1)} measured; ${estimated.memoryBytes} bytes estimated, ${actual.peakBytes} measured`,
    )
    assert.match(estimated.basis, basis)
    assert.equal(estimated.steps, actual.steps)
    assertWithinTwice(estimated.seconds!, actual.seconds, `${kind}, seconds`)
    assertWithinTwice(estimated.memoryBytes!, actual.peakBytes, `${kind}, bytes`)
    assert.equal(estimated.refusal, null)
  }
})

test('a run that cannot fit is refused in the same words as at its start', async (t) => {
  if (!compiledRuntimeOrSkip(t)) return
  const config = { batchSize: 2 ** 20, rolloutBatchSize: 2 ** 24, totalSteps: 3, maxQueryTokens: 64 }
  const input = { ...ppo, name: 'huge', config: { ...ppo.config, ...config, batchSize: undefined } }
  const { refusal, memoryBytes, freeBytes } = await estimate('ppo', JSON.parse(JSON.stringify(input)))
  assert.ok(memoryBytes! > freeBytes)
  assert.match(refusal!, /This run needs about .* GB of memory .* Try a smaller microBatchSize/)
  await assert.rejects(train('ppo', JSON.parse(JSON.stringify(input))), ({ message }: Error) => {
    assert.equal(
      message.replaceAll(/\d+\.\d/g, 'N').includes(refusal!.replaceAll(/\d+\.\d/g, 'N')),
      true,
      message,
    )
    return true
  })
})

test('a run that could not be started has no estimate either, and the error says why', async () => {
  await assert.rejects(estimate('reward', { project, model: 'missing' }), {
    code: 'not_found',
    message: /neither a model/,
  })
  await assert.rejects(estimate('sft', { project, model: 'world', config: { epochs: 0 } }), {
    code: 'bad_input',
    message: /config\.epochs/,
  })
  await assert.rejects(estimate('sft', { project, model: 'world', config: { maxResponseTokens: 1 } }), {
    code: 'bad_input',
    message: /No example fits/,
  })
})
