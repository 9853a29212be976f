import assert from 'node:assert/strict'
import { copyFileSync, cpSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { openGguf } from '../../../electron/engine/formats/gguf.ts'
import { ggufParts } from '../../../electron/engine/formats/gguf-parts.ts'
import { readBlockScales } from '../../../electron/engine/formats/gguf-scales.ts'
import { openModelSource } from '../../../electron/engine/model/sources/model-source.ts'
import { hashFiles } from '../../../electron/host/models/project-models.ts'
import { temporaryFolder } from './weight-bytes.ts'

const golden = path.resolve(import.meta.dirname, '../../golden')
const whole = path.join(golden, 'llama-tied.gguf')
const split = path.join(golden, 'gguf-split')
const partOf = (folder: string, number: number, count = 3) =>
  path.join(folder, `llama-tied-0000${number}-of-0000${count}.gguf`)

/** A copy of the parts, to spoil. */
function copied(): string {
  const folder = path.join(temporaryFolder(), 'parts')
  mkdirSync(folder)
  cpSync(split, folder, { recursive: true })
  return folder
}

test('a split model has the tensors and the configuration of the whole, whichever part is named', async () => {
  const expected = openGguf(whole)
  for (const number of [1, 2, 3]) {
    const joined = openGguf(partOf(split, number))
    assert.deepEqual([...joined.tensors.keys()].sort(), [...expected.tensors.keys()].sort())
    for (const [name, { type }] of expected.tensors) {
      assert.deepEqual(joined.readTensor(name), expected.readTensor(name))
      if (type === 'Q8_0') assert.deepEqual(readBlockScales(joined, name), readBlockScales(expected, name))
    }
    const keys = [...joined.metadata].filter(([key]) => !key.startsWith('split.'))
    assert.deepEqual(new Map(keys), new Map(expected.metadata))
    assert.deepEqual(openModelSource(partOf(split, number)).config, openModelSource(whole).config)
    assert.equal(Object.keys(await hashFiles(partOf(split, number))).length, 3)
  }
})

test('a missing part is named', () => {
  const folder = copied()
  rmSync(partOf(folder, 2))
  assert.throws(() => openGguf(partOf(folder, 3)), {
    code: 'not_found',
    message: `${partOf(folder, 3)} is part 3 of 3 of a model, and ${partOf(folder, 2)} is missing. Download all parts into one folder.`,
  })
  rmSync(partOf(folder, 1))
  assert.throws(
    () => openGguf(partOf(folder, 3)),
    /-00001-of-00003\.gguf, .*-00002-of-00003\.gguf are missing/,
  )
})

test('parts that do not belong together are refused, and one whose name does not say its number', () => {
  const folder = copied()
  copyFileSync(partOf(folder, 3), partOf(folder, 2))
  assert.throws(() => openGguf(partOf(folder, 1)), /-00002-of-00003\.gguf does not belong to the other parts/)
  const other = path.join(folder, 'other.gguf')
  copyFileSync(partOf(folder, 1), other)
  assert.throws(() => openGguf(other), /part 1 of 3 .* Call it NAME-00001-of-00003\.gguf/)
  copyFileSync(partOf(folder, 1), partOf(folder, 1, 2))
  assert.throws(() => openGguf(partOf(folder, 1, 2)), /is part 1 of 3/)
})

test('a whole model may be called as a part is', () => {
  const file = partOf(copied(), 1, 9)
  copyFileSync(whole, file)
  assert.equal(openGguf(file).tensors.size, openGguf(whole).tensors.size)
  assert.deepEqual(ggufParts(whole), [whole])
})
