/** The window lets no page out: probes from a hostile page, in a browser. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { isLong } from './count.ts'

const script = path.resolve(import.meta.dirname, '../e2e/run.ts')

const skip = isLong ? false : 'runs in a browser: npm run test:e2e -- window'

// The specification counts its probes itself.
test('a hostile page gets nothing out of the window', { skip }, () => {
  // A test runner inside of another one would skip its files.
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined }
  const options = { encoding: 'utf8', timeout: 300_000, env } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, 'window'], options)
  assert.equal(status, 0, stdout + stderr)
})
