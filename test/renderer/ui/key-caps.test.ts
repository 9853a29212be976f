import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyCaps } from '../../../renderer/ui/key-caps.ts'

test('arrow keys and the space bar are shown as on a keyboard', () => {
  assert.deepEqual(keyCaps('Alt+ArrowUp'), ['Alt+↑'])
  assert.deepEqual(keyCaps('g d'), ['g', 'd'])
  assert.deepEqual(keyCaps('Alt ↑↓'), ['Alt', '↑↓'])
  assert.deepEqual(keyCaps(' '), ['Space'])
  assert.deepEqual(keyCaps('Ctrl+Enter'), ['Ctrl+Enter'])
})
