/** The progress line of a download. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { progressLine } from '../../../native/setup/log.mjs'

test('progress is shown in percent, megabytes, rate and time left', () => {
  const line = progressLine('downloading', 50e6, 200e6, 5_000)
  assert.equal(line, 'downloading  25%  50 of 200 MB  10.0 MB/s  15 s left')
})

test('no rate is shown before one is known', () => {
  assert.equal(progressLine('downloading', 0, 200e6, 5_000), 'downloading  0%  0 of 200 MB')
  assert.equal(progressLine('downloading', 1e6, 200e6, 10), 'downloading  0%  1 of 200 MB')
})
