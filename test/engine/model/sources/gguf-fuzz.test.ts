import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { UserError } from '../../../../electron/contract/errors.ts'
import { openGguf } from '../../../../electron/engine/formats/gguf.ts'
import { openModelSource } from '../../../../electron/engine/model/sources/model-source.ts'
import { openTokenizer } from '../../../../electron/engine/tokenizer/index.ts'
import { temporaryFolder } from '../../formats/weight-bytes.ts'
import { kQuantModel } from '../k-quant-model.ts'

const folder = temporaryFolder()
function readEverything(file: string): void {
  const source = openModelSource(file)
  for (const name of source.parameters.shapes.keys()) source.parameters.read(name)
  openTokenizer(source.tokenizerSource).encode('ab a!')
}

test('mutants of a file with K-quants are read or refused in one sentence, without any other error', () => {
  const whole = kQuantModel()
  const file = path.join(folder, 'whole.gguf')
  writeFileSync(file, whole)
  readEverything(file)
  const headerEnd = openGguf(file).tensors.get('token_embd.weight')!.position
  const mutant = path.join(folder, 'mutant.gguf')
  const change = fc.record({
    at: fc.oneof(
      { weight: 3, arbitrary: fc.nat(headerEnd) },
      { weight: 1, arbitrary: fc.nat(whole.length - 1) },
    ),
    value: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)),
  })
  const mutation = fc.record({
    changes: fc.array(change, { minLength: 1, maxLength: 6 }),
    keep: fc.option(fc.nat(whole.length), { freq: 5 }),
  })
  const property = fc.property(mutation, ({ changes, keep }) => {
    const bytes = Buffer.from(whole.subarray(0, keep ?? whole.length))
    for (const { at, value } of changes) if (at < bytes.length) bytes[at] = value
    writeFileSync(mutant, bytes)
    try {
      readEverything(mutant)
    } catch (error) {
      assert(error instanceof UserError, error instanceof Error ? error.stack : String(error))
      assert(error.message.includes('mutant.gguf'), error.message)
    }
  })
  fc.assert(property, { numRuns: 2000 })
})
