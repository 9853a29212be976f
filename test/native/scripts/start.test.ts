/** `npm start` on a machine with no display, as servers are: it says so, and the page is there all the same. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../../storage/scratch.ts'

const start = path.resolve(import.meta.dirname, '../../../native/scripts/start.mjs')

test('without a display the page is opened by stet serve, and Ctrl-C ends it', {
  skip: process.platform !== 'linux' && 'only Linux goes without a display',
}, async () => {
  const env = { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', STET_SETTINGS: newFolder() }
  const child = spawn(process.execPath, [start, '--port', '0'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let printed = ''
  child.stderr.on('data', (chunk) => (said += chunk))
  const url = await new Promise<string>((resolve, reject) => {
    child.on('exit', () => reject(new Error(`It ended: ${said}`)))
    child.stdout.on('data', (chunk) => {
      printed += chunk
      const [found] = /http:\S+/.exec(printed) ?? []
      if (found) resolve(found)
    })
  })
  assert.match(
    said,
    /There is no display to open a window on\.\nstet: Opening the same page by "stet serve" instead\./,
  )
  assert.equal((await fetch(url, { redirect: 'manual' })).status, 303)
  child.removeAllListeners('exit')
  const ended = new Promise((resolve) => child.on('exit', resolve))
  child.kill('SIGTERM')
  await ended
  await assert.rejects(fetch(url))
})
