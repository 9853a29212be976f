import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { cliDocs } from '../../../electron/host/entry/cli/docs.ts'

test('docs/CLI.md is what the contract says; "node electron/host/entry/cli/docs.ts" writes it anew.', () => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/CLI.md'), 'utf8')
  assert.equal(page, cliDocs())
})
