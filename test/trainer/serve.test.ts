import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'

function startTrainer(): ChildProcess {
  const options = { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] as ('ignore' | 'pipe' | 'ipc')[] }
  return fork(path.join(import.meta.dirname, 'fake-trainer.ts'), { ...options, serialization: 'advanced' })
}

/** 'close' waits for all output, but is not emitted after the channel was closed from this side. */
function endOf(
  trainer: ChildProcess,
  event: 'close' | 'exit',
): Promise<{ code: number | null; said: string }> {
  let said = ''
  trainer.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text))
  return new Promise((resolve) => trainer.on(event, (code: number | null) => resolve({ code, said })))
}

for (const message of ['hello', { type: 'run', id: 1, job: { kind: 'sing' } }, { type: 'pause' }]) {
  test(`a message outside the protocol ends the trainer: ${JSON.stringify(message)}`, async () => {
    const trainer = startTrainer()
    trainer.send(message)
    const { code, said } = await endOf(trainer, 'close')
    assert.notEqual(code, 0)
    assert.match(said, /ZodError|Invalid/)
  })
}

test('the trainer ends when the host closes the channel', async () => {
  const trainer = startTrainer()
  trainer.on('spawn', () => setTimeout(() => trainer.disconnect(), 300))
  assert.equal((await endOf(trainer, 'exit')).code, 0)
})

test('the trainer ignores Ctrl-C, which the host handles', async () => {
  const trainer = startTrainer()
  const job = { kind: 'generate', model: 'answer', prompts: ['x'] }
  const answered = () =>
    new Promise<{ type: string }>((resolve) => {
      trainer.on('message', (message: { type: string }) => message.type === 'result' && resolve(message))
    })
  trainer.send({ type: 'run', id: 1, job })
  await answered()
  trainer.kill('SIGINT')
  trainer.send({ type: 'run', id: 2, job })
  assert.equal((await answered()).type, 'result')
  trainer.kill('SIGKILL')
})
