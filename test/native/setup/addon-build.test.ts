/** The cache key of a compiled addon: it changes with everything that the addon is compiled from. */
import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { addonFile, sourcesHash } from '../../../native/setup/addon-build.mjs'

const root = mkdtempSync(path.join(os.tmpdir(), 'stet-addon-'))
after(() => rmSync(root, { recursive: true }))
const sources = [
  'native/addon/stet_binding.cc',
  'node_modules/@tensorflow/tfjs-node-gpu/binding/tfjs_backend.h',
  'node_modules/node-api-headers/include/node_api.h',
].map((file) => path.join(root, file))
for (const file of sources) {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, '// empty\n')
}

test('a change of any source changes the hash, other files do not', () => {
  const seen = new Set([sourcesHash(root)])
  for (const file of sources) {
    appendFileSync(file, '// changed\n')
    seen.add(sourcesHash(root))
  }
  assert.equal(seen.size, sources.length + 1)
  const before = sourcesHash(root)
  writeFileSync(path.join(root, 'native/addon/notes.txt'), 'notes')
  assert.equal(sourcesHash(root), before)
})

test('other sources or libraries give another file', () => {
  const files = [
    addonFile('/cache', 'a', '2.21.0-cpu-1'),
    addonFile('/cache', 'b', '2.21.0-cpu-1'),
    addonFile('/cache', 'a', '2.21.0-cuda-2'),
  ]
  assert.equal(new Set(files).size, 3)
  assert.equal(addonFile('/cache', 'a', '2.21.0-cpu-1'), files[0])
})
