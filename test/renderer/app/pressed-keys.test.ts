import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keysOf, type Press, takesPlainKey } from '../../../renderer/app/pressed-keys.ts'

const press = (
  key: string,
  code: string,
  ...held: ('ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey')[]
): Press => ({
  ...{ key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false },
  ...Object.fromEntries(held.map((name) => [name, true])),
})

test('a press is named as shortcuts are bound', () => {
  assert.equal(keysOf(press('Enter', 'Enter', 'ctrlKey')), 'Ctrl+Enter')
  assert.equal(keysOf(press('k', 'KeyK', 'metaKey')), 'Ctrl+k')
  assert.equal(keysOf(press('?', 'Slash', 'shiftKey')), '?')
  assert.equal(keysOf(press('ArrowUp', 'ArrowUp', 'altKey', 'shiftKey')), 'Alt+Shift+ArrowUp')
  assert.equal(keysOf(press('g', 'KeyG')), 'g')
})

test('Option on a Mac, which turns letters into other characters, still means the letter', () => {
  assert.equal(keysOf(press('Ω', 'KeyZ', 'altKey')), 'Alt+z')
  assert.equal(keysOf(press('ß', 'KeyS', 'altKey')), 'Alt+s')
  assert.equal(keysOf(press('´', 'KeyE', 'altKey')), 'Alt+e')
  // On a German keyboard the key at the place of Y prints z.
  assert.equal(keysOf(press('z', 'KeyY', 'altKey')), 'Alt+z')
})

test('a checkbox, a slider and a button leave letters to the shortcuts and keep the keys that move them', () => {
  for (const type of ['checkbox', 'radio', 'range']) {
    assert.equal(takesPlainKey({ tagName: 'INPUT', type }, 'n'), false)
    assert.equal(takesPlainKey({ tagName: 'INPUT', type }, ' '), true)
    assert.equal(takesPlainKey({ tagName: 'INPUT', type }, 'ArrowDown'), true)
  }
  assert.equal(takesPlainKey({ tagName: 'BUTTON' }, 'n'), false)
  assert.equal(takesPlainKey({ tagName: 'BUTTON' }, 'Enter'), true)
})

test('a text takes every plain key', () => {
  assert.equal(takesPlainKey({ tagName: 'INPUT', type: 'text' }, 'n'), true)
  assert.equal(takesPlainKey({ tagName: 'INPUT', type: 'search' }, 'n'), true)
  assert.equal(takesPlainKey({ tagName: 'TEXTAREA' }, '?'), true)
  assert.equal(takesPlainKey({ tagName: 'DIV', isContentEditable: true }, '?'), true)
  assert.equal(takesPlainKey({ tagName: 'DIV' }, '?'), false)
})
