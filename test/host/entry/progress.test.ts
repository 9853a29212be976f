import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WriteStream } from 'node:tty'
import { startProgress } from '../../../electron/host/entry/cli/progress.ts'

/** A terminal that keeps what is written to it. */
function terminal() {
  let written = ''
  const stream: NodeJS.WriteStream = Object.create(WriteStream.prototype)
  const write = (text: string) => {
    written += text
    return true
  }
  Object.assign(stream, { isTTY: true, columns: 120, write, cursorTo: () => true, clearLine: () => true })
  return { stream, written: () => written }
}

test('a terminal shows at once which program a run compiles', () => {
  const { stream, written } = terminal()
  const progress = startProgress(stream)
  progress.show({ type: 'starting', at: { stage: 'opening' } })
  assert.equal(written(), '')
  progress.show({
    type: 'starting',
    at: { stage: 'compiling', program: 'ppo_step', number: 2, of: 5 },
  })
  assert.match(written(), /compiling 2 of 5 +policy step/)
  progress.stop()
})
