import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { toForm, type UnicodeForm } from '../../../electron/engine/tokenizer/unicode-forms.ts'
import { readGolden } from '../../golden.ts'

test('normal forms of every character are those of the tokenizers library', () => {
  const { forms } = readGolden<{ forms: Record<UnicodeForm, string> }>('decoding/unicode.json')
  for (const [form, sha256] of Object.entries(forms) as [UnicodeForm, string][]) {
    const hash = createHash('sha256')
    for (let code = 0; code < 0x20000; code++) {
      if (code >= 0xd800 && code < 0xe000) continue
      const character = String.fromCodePoint(code)
      for (const text of [character, `a${character}\u0301`, `a${character}\u0323`])
        hash.update(`${toForm(text, form)}\n`)
    }
    assert.equal(hash.digest('hex'), sha256, form)
  }
})

test('marks that Unicode 9 does not know are not reordered', () => {
  assert.equal(toForm('a\u08cf\u0301 e\u0301', 'NFC'), 'a\u08cf\u0301 \u00e9')
})
