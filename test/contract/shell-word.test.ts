import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { shellWord } from '../../electron/contract/shell-word.ts'

const readBack = (text: string) =>
  execFileSync('sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' })

test('a shell reads a quoted word back as it was', { skip: process.platform === 'win32' }, () => {
  for (const text of [
    "it's $HOME `x`",
    'a b\tc',
    '',
    '*',
    '~',
    '#x',
    'é 😀',
    '"',
    '\\',
    "'",
    '!x',
    'a;b&c|d',
  ])
    assert.equal(readBack(text), text)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 12 }), (text) => {
      fc.pre(!text.includes('\0') && !text.startsWith('-'))
      assert.equal(readBack(text), text)
    }),
    { numRuns: 40 },
  )
})

test('plain paths stay as they are, and a leading dash is not an option', () => {
  assert.equal(shellWord('/work/a-b_c.stet'), '/work/a-b_c.stet')
  assert.equal(shellWord('-rf'), './-rf')
})
