import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { cliDocs } from '../../../electron/host/entry/cli/docs.ts'

test('docs/CLI.md matches the contract; "node native/bootstrap.mjs electron/host/entry/cli/docs.ts" updates it', () => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/CLI.md'), 'utf8')
  assert.equal(page, cliDocs())
})
