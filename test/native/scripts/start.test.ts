/** `npm start` on a machine without a display, such as a server: it says so and serves the web UI. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import path from 'node:path'
import { after, test } from 'node:test'
import { newFolder } from '../../storage/scratch.ts'

const start = path.resolve(import.meta.dirname, '../../../native/scripts/start.mjs')

test('without a display, stet serve opens the web UI, and Ctrl-C stops it', {
  skip: process.platform !== 'linux' && 'only Linux runs without a display',
}, async () => {
  const env = { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', STET_SETTINGS: newFolder() }
  const child = spawn(process.execPath, [start, '--port', '0'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  after(() => child.kill())
  let errors = ''
  let output = ''
  child.stderr.on('data', (chunk) => (errors += chunk))
  const url = await new Promise<string>((resolve, reject) => {
    child.on('exit', () => reject(new Error(`It ended: ${errors}`)))
    child.stdout.on('data', (chunk) => {
      output += chunk
      const [address] = /http:\S+/.exec(output) ?? []
      if (address) resolve(address)
    })
  })
  assert.match(
    errors,
    /There is no display to open a window on\.\nstet: Opening the web UI with "stet serve" instead\./,
  )
  const page = await fetch(url, { redirect: 'manual' })
  assert.equal(page.status, 200)
  assert.match(page.headers.get('set-cookie') ?? '', /HttpOnly/)
  child.removeAllListeners('exit')
  const ended = new Promise((resolve) => child.on('exit', resolve))
  child.kill('SIGTERM')
  await ended
  await assert.rejects(fetch(url))
})
