/** The secret of browser sessions is kept between starts, private to the user, and replaced when it is old or exposed. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { sessionSecret } from '../../../electron/host/entry/serve/session-secret.ts'
import { temporaryFolder } from './cli-process.ts'

const folder = temporaryFolder()
const file = path.join(folder, 'session-secret')

test('is the same at the next start, and only the user can read it', () => {
  const secret = sessionSecret(folder)
  assert.ok(secret.length > 40)
  assert.equal(sessionSecret(folder), secret)
  assert.equal(readFileSync(file, 'utf8'), secret)
  if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600)
})

test('is replaced if it is a month old, truncated, or readable by others', () => {
  const spoil: (() => void)[] = [
    () => utimesSync(file, 0, 0),
    () => writeFileSync(file, 'short'),
    ...(process.platform === 'win32' ? [] : [() => chmodSync(file, 0o644)]),
  ]
  for (const each of spoil) {
    const before = sessionSecret(folder)
    each()
    const after = sessionSecret(folder)
    assert.notEqual(after, before)
    assert.equal(sessionSecret(folder), after)
  }
})

test('without a folder to keep it in, each start has its own', () => {
  const blocked = path.join(folder, 'file')
  writeFileSync(blocked, '')
  const below = path.join(blocked, 'settings')
  assert.throws(() => mkdirSync(below))
  assert.notEqual(sessionSecret(below), sessionSecret(below))
})
