/** docs/RELIABILITY.md has a row for every promise, and keeps the rows of promises that a run has left out. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { promises } from './promises.ts'
import { page, promisedIn, withFigures } from './reliability-page.ts'

test('the page has a row for every promise', () => {
  assert.deepEqual(promisedIn(readFileSync(page, 'utf8')), Object.values(promises))
})

test('new figures replace the rows of their promises only', () => {
  const text = readFileSync(page, 'utf8')
  const first = withFigures(text, [{ promise: 'saved', sentence: '3 kills: 0 lost' }])
  assert.match(first, /"Saved" means saved \| 3 kills: 0 lost \|/)
  const second = withFigures(first, [
    { promise: 'disk', sentence: '20 points' },
    { promise: 'disk', sentence: '0 corrupt' },
  ])
  assert.match(second, /"Saved" means saved \| 3 kills: 0 lost \|/)
  assert.match(second, /corrupts nothing \| 20 points<br>0 corrupt \|/)
  assert.deepEqual(promisedIn(second), Object.values(promises))
})
