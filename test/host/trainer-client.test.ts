import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import path from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { UserError } from '../../electron/contract/errors.ts'
import { type JobEvent, silentHooks } from '../../electron/contract/events.ts'
import type { InferenceJob } from '../../electron/contract/jobs.ts'
import { TrainerClient } from '../../electron/host/trainer-client.ts'
import { TrainerHung } from '../../electron/host/trainer-death.ts'

const script = path.join(import.meta.dirname, '../trainer/fake-trainer.ts')
const output: string[] = []
const client = new TrainerClient({ script, onOutput: (line) => output.push(line) })
after(() => client.close())

const generateJob: Extract<InferenceJob, { kind: 'generate' }> = {
  kind: 'generate',
  model: 'answer',
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

function ask(model: string, hooks: { emit?: (event: JobEvent) => void; signal?: AbortSignal } = {}) {
  return client.run<'generate'>({ ...generateJob, model }, { ...silentHooks(), ...hooks })
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

for (const [model, words, code] of [
  ['crash', /exited with code 7/, 'unavailable'],
  ['kill', /SIGKILL.*memory/, 'unavailable'],
  ['segfault', /SIGSEGV\. It crashed in native code/, 'unavailable'],
  ['trapped', /ran out of memory and was killed by SIGTRAP\..*micro-batch-size/, 'out_of_memory'],
] as const) {
  test(`a trainer that dies (${model}) is reported, and the next job gets a new one`, async () => {
    const before = await pidOf()
    await assert.rejects(ask(model), { name: 'UserError', code, message: words })
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

/** A client whose trainer is stopped as by a debugger once it has begun, and when it ended. */
async function hang(isStopped: boolean): Promise<{ error: UserError; seconds: number }> {
  const impatient = new TrainerClient({
    script,
    onOutput: () => {},
    silence: isStopped ? { stoppingMs: 2000 } : { runningMs: 2000 },
  })
  const stop = new AbortController()
  let pid = 0
  let began = 0
  try {
    const emit = (event: JobEvent) => {
      if (event.type !== 'note') return
      pid = Number(event.sentence)
      // The first sign of life has come by then.
      setTimeout(() => {
        process.kill(pid, 'SIGSTOP')
        began = performance.now()
        if (isStopped) stop.abort()
      }, 1500)
    }
    const job = { ...generateJob, model: 'block' }
    const error = await impatient.run<'generate'>(job, { emit, signal: stop.signal }).then(
      () => assert.fail('it ended'),
      (reason: UserError) => reason,
    )
    const seconds = (performance.now() - began) / 1000
    await untilGone(pid)
    return { error, seconds }
  } finally {
    impatient.close()
  }
}

test('a trainer that gives no sign of life is ended, and the job says so', async () => {
  const { error, seconds } = await hang(false)
  assert.match(error.message, /gave no sign of life for 2 s and was ended/)
  assert.ok(error instanceof TrainerHung)
  assert.ok(seconds < 8, `${seconds} s`)
})

test('stopping a job ends a trainer that gives no sign of life', async () => {
  const { error, seconds } = await hang(true)
  assert.equal(error.code, 'cancelled')
  assert.ok(seconds < 8, `${seconds} s`)
})

test('a trainer whose main thread is busy for longer than the limit is left to work', async () => {
  const patient = new TrainerClient({ script, onOutput: () => {}, silence: { runningMs: 2000 } })
  const ended = patient
    .run<'generate'>({ ...generateJob, model: 'block' }, silentHooks())
    .then(String, (error: Error) => error.message)
  assert.equal(await Promise.race([ended, sleep(6000, 'busy')]), 'busy')
  patient.close()
  assert.match(await ended, /SIGKILL/)
})
