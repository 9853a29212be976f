import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ariaKeys, keyCaps } from '../../../renderer/ui/key-caps.ts'

test('each key of a shortcut has its own cap, printed as on a keyboard', () => {
  assert.deepEqual(keyCaps('Alt+ArrowUp', false), ['Alt', '↑'])
  assert.deepEqual(keyCaps('g d', false), ['G', 'D'])
  assert.deepEqual(keyCaps('Alt ↑↓', false), ['Alt', '↑↓'])
  assert.deepEqual(keyCaps(' ', false), ['Space'])
  assert.deepEqual(keyCaps('Ctrl+Enter', false), ['Ctrl', '⏎'])
  assert.deepEqual(keyCaps('Ctrl+Alt+z', true), ['⌘', '⌥', 'Z'])
})

test('screen readers get the modifiers by their standard names', () => {
  assert.equal(ariaKeys('Ctrl+Enter'), 'Control+Enter')
  assert.equal(ariaKeys('Alt+z'), 'Alt+z')
})
