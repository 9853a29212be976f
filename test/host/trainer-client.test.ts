import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import path from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type JobEvent, silentHooks } from '../../electron/contract/events.ts'
import type { InferenceJob } from '../../electron/contract/jobs.ts'
import { TrainerClient } from '../../electron/host/trainer-client.ts'

const script = path.join(import.meta.dirname, '../trainer/fake-trainer.ts')
const output: string[] = []
const client = new TrainerClient({ script, onOutput: (line) => output.push(line) })
after(() => client.close())

function ask(model: string, hooks: { emit?: (event: JobEvent) => void; signal?: AbortSignal } = {}) {
  const job: Extract<InferenceJob, { kind: 'generate' }> = {
    kind: 'generate',
    model,
    prompts: ['x'],
    batchSize: 1,
    maxQueryTokens: 8,
    maxNewTokens: 8,
    temperature: 0,
    topK: 0,
    topP: 1,
    seed: 0,
    templateVariables: null,
    keepThinking: false,
  }
  return client.run<'generate'>(job, { ...silentHooks(), ...hooks })
}

const pidOf = async () => Number((await ask('answer')).rows[0]!.text)

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function untilGone(pid: number): Promise<void> {
  for (let waited = 0; isAlive(pid); waited += 20) {
    assert(waited < 3000, `process ${pid} is still there`)
    await sleep(20)
  }
}

test('a job returns its events and result, and the process is kept for the next job', async () => {
  const events: JobEvent[] = []
  const first = await ask('answer', { emit: (event) => events.push(event) })
  assert.deepEqual(events, [{ type: 'progress', phase: 'generate', done: 1, total: 1 }])
  assert.equal(await pidOf(), Number(first.rows[0]!.text))
})

test('concurrent jobs run one after another', async () => {
  const answers = await Promise.all([ask('answer'), ask('answer'), ask('answer')])
  assert.equal(new Set(answers.map((answer) => answer.rows[0]!.text)).size, 1)
})

test('output of native code goes to the log, not to the terminal', async () => {
  await ask('answer')
  assert(output.includes('native noise'))
})

test('a user error keeps its code and message, and the process survives', async () => {
  const before = await pidOf()
  await assert.rejects(ask('mistake'), {
    name: 'UserError',
    code: 'bad_input',
    message: 'The model has no head. Give it one.',
  })
  assert.equal(await pidOf(), before)
})

test('a defect is an error without a code, and its stack goes to the log', async () => {
  await assert.rejects(
    ask('defect'),
    (error: Error) => error.name === 'Error' && /x is not a function/.test(error.message),
  )
  assert(output.some((line) => line.includes('fake-trainer.ts')))
})

for (const [model, words] of [
  ['crash', /exited with code 7/],
  ['kill', /SIGKILL.*memory/],
] as const) {
  test(`a trainer that dies (${model}) is reported, and the next job gets a new one`, async () => {
    const before = await pidOf()
    await assert.rejects(ask(model), { name: 'UserError', code: 'unavailable', message: words })
    assert.notEqual(await pidOf(), before)
  })
}

test('a step whose loss is not a number fails the job', async () => {
  await assert.rejects(ask('diverge'), {
    code: 'diverged',
    message: /diverged: loss\/total is NaN at step 3/,
  })
})

test('an aborted job is asked to pause, and its result is returned', async () => {
  const controller = new AbortController()
  const result = await ask('untilAborted', { emit: () => controller.abort(), signal: controller.signal })
  assert.equal(result.cut, 99)
})

test('a job aborted while it is queued never starts', async () => {
  const controller = new AbortController()
  const first = ask('answer')
  const second = ask('answer', { signal: controller.signal })
  controller.abort()
  await first
  await assert.rejects(second, { code: 'cancelled' })
})

for (const model of ['babble', 'wrongResult']) {
  test(`a trainer that breaks the protocol (${model}) is stopped and reported as a defect`, async () => {
    const before = await pidOf()
    await assert.rejects(ask(model), /sent an invalid message/)
    await untilGone(before)
    assert.notEqual(await pidOf(), before)
  })
}

test('an event that cannot be recorded fails the job with the reason', async () => {
  const refuse = () => {
    throw new Error('the disk is full')
  }
  await assert.rejects(ask('untilAborted', { emit: refuse }), /the disk is full/)
})

test('a closed client leaves no process, and the running job fails', async () => {
  const pid = await pidOf()
  const job = ask('untilAborted', { emit: () => client.close() })
  await assert.rejects(job, { code: 'unavailable' })
  await untilGone(pid)
})

test('a trainer busy in native code dies with the host', async () => {
  const host = fork(path.join(import.meta.dirname, '../trainer/doomed-host.ts'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const pid = await new Promise<number>((resolve) =>
    host.once('message', (message) => resolve(Number(message))),
  )
  assert(isAlive(pid))
  host.kill('SIGKILL')
  await untilGone(pid)
})
