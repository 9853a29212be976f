/** A trainer that really dies, in every way: the run ends with the sentence for that way, and resumes. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createRouterClient } from '@orpc/server'
import { openHost } from '../../electron/host/router.ts'
import { temporaryFolder } from '../host/entry/cli-process.ts'
import { makeToyProject } from '../host/toy-project.ts'
import { quickCompilation } from '../invariant/compiled.ts'
import { writeToyModel } from '../invariant/toy.ts'
import { type ToyFiles, writeToyFiles } from '../invariant/toy-jobs.ts'
import { count, isLong } from './count.ts'

process.env.XLA_FLAGS ??= quickCompilation
const folder = temporaryFolder()
const project = path.join(folder, 'deaths.stet')
const config = { batchSize: 4, epochs: 100_000, learningRate: 1e-2, klSamples: 0, checkpointEvery: 10 }
let files: ToyFiles

/** The silence that is waited for: that of the product only in a long run. */
const runningMs = isLong ? 60_000 : 3_000

/** How the trainer's process dies at a step, what the run says, and its state: only a trainer that was ended pauses it. */
const deaths = {
  segfault: {
    signal: 'SIGSEGV',
    state: 'failed',
    words: /was killed by SIGSEGV\. It crashed in native code/,
    withinMs: 5_000,
  },
  killed: {
    signal: 'SIGKILL',
    state: 'failed',
    words: /was killed by SIGKILL\. It may have run out of memory/,
    withinMs: 5_000,
  },
  hang: {
    signal: 'SIGSTOP',
    state: 'paused',
    words: /gave no sign of life for \d+ s and was ended/,
    withinMs: runningMs + 5_000,
  },
} as const

/** Deaths that a single test shows; the others differ in their exits in trainer-client.test.ts. */
const tried = isLong ? (['segfault', 'killed', 'hang'] as const) : (['hang'] as const)

/** Of the only trainer that this process has. */
function trainerPid(): number {
  const tasks = readdirSync('/proc/self/task')
  const children = tasks.flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
  const isTrainer = (pid: number) => /trainer/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
  const [pid] = children.filter(isTrainer)
  assert(pid, 'there is a trainer')
  return pid
}

before(async () => {
  files = await writeToyFiles(folder)
  const host = openHost({ onOutput: () => {} })
  await makeToyProject(createRouterClient(host.router), project, 12)
  await host.close()
})

const figures: string[] = []
after(() => count('deaths', figures.join('; ')))

async function failureOf(events: AsyncIterator<{ type: string }, unknown>, atStep: () => void) {
  let at = 0
  try {
    for (;;) {
      const next = await events.next()
      if (next.done) throw new Error('the run ended')
      if (next.value.type !== 'step' || at > 0) continue
      at = performance.now()
      atStep()
    }
  } catch (error) {
    assert(error instanceof Error && 'code' in error, `${error}`)
    return { error, ms: performance.now() - at }
  }
}

describe('a trainer that dies while it trains', {
  skip: process.platform !== 'linux' && 'reads /proc',
}, () => {
  for (const name of tried)
    test(`${name}: the run says why, and resumes`, async () => {
      const { signal, words, withinMs } = deaths[name]
      const host = openHost({ onOutput: () => {}, silence: { runningMs } })
      const client = createRouterClient(host.router).verbs
      try {
        const events = await client['train sft']({ project, model: files.base, name, config })
        const { error, ms } = await failureOf(events, () => process.kill(trainerPid(), signal))
        assert.match(error.message, words)
        assert.match(error.message, /Resume with: stet resume /)
        assert.ok(ms < withinMs, `it took ${ms} ms`)
        const { runs } = await client.runs({ project })
        const { id, state } = runs.find((run) => run.name === name)!
        assert.equal(state, deaths[name].state)
        for await (const { type } of await client.resume({ project, run: id })) if (type === 'step') break
        figures.push(`${name}: reported after ${(ms / 1000).toFixed(1)} s`)
      } finally {
        await host.close()
      }
    })

  test('memory, under a limit of the operating system: the run says so', async () => {
    const wide = { hidden_size: 512, intermediate_size: 2048, num_hidden_layers: 4, num_attention_heads: 8 }
    const model = await writeToyModel(path.join(folder, 'wide'), { config: { ...wide, head_dim: 64 } })
    process.env.TRAINER_MAY_GROW = '900'
    const script = path.join(import.meta.dirname, 'limited-trainer.ts')
    const host = openHost({ onOutput: () => {}, script })
    const client = createRouterClient(host.router).verbs
    const from = performance.now()
    try {
      const events = await client['train sft']({ project, model, name: 'exhausted', config })
      const { error } = await failureOf(events, () => {})
      assert.match(
        error.message,
        /ran out of memory|[Mm]emory may have run out|perhaps because memory ran out/,
      )
      assert.match(error.message, /--micro-batch-size/)
      figures.push(
        `out of memory, by a limit: reported, ${((performance.now() - from) / 1000).toFixed(1)} s after the start`,
      )
    } finally {
      await host.close()
    }
  })

  test('numbers that are not finite: the run says so and keeps its checkpoint', async () => {
    const host = openHost({ onOutput: () => {} })
    const client = createRouterClient(host.router).verbs
    try {
      const wild = { ...config, learningRate: 1e30 }
      const events = await client['train sft']({ project, model: files.base, name: 'wild', config: wild })
      const { error, ms } = await failureOf(events, () => {})
      assert.match(error.message, /diverged|gradient norm NaN|became NaN/)
      assert.match(error.message, /Lower the learning rate/)
      figures.push(`not finite: reported ${(ms / 1000).toFixed(1)} s after the first step`)
    } finally {
      await host.close()
    }
  })
})
