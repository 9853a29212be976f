/** When a recorded runtime still holds, when wasm is forced, and what the user is told. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { addonFile } from '../../../native/setup/addon-build.mjs'
import { stillHolds, wasmIsForced, wasmReason } from '../../../native/setup/runtime-setup.mjs'
import { librariesFolder, librariesFor, librariesName } from '../../../native/setup/tensorflow-libraries.mjs'

const cache = mkdtempSync(path.join(os.tmpdir(), 'stet-runtime-'))
after(() => rmSync(cache, { recursive: true }))

/** Puts an empty addon and complete, empty libraries into the cache, as a set-up would. */
function setUp(sources: string): { addon: string; library: string } | null {
  const platform = `${process.platform}-${process.arch}`
  const [libraries] = librariesFor({ platform, hasPip: true, hasNvidia: false })
  if (libraries === undefined) return null
  const addon = addonFile(cache, sources, librariesName(libraries))
  const folder = librariesFolder(cache, libraries)
  for (const made of [path.dirname(addon), folder]) mkdirSync(made, { recursive: true })
  writeFileSync(addon, '')
  writeFileSync(path.join(folder, 'lib.so'), '')
  writeFileSync(path.join(folder, 'contents.json'), '{"lib.so": 0}')
  return { addon, library: path.join(folder, 'lib.so') }
}

test('a compiled runtime holds while its addon, its libraries and the sources are the same', (t) => {
  const made = setUp('sources')
  if (made === null) return t.skip('no TensorFlow is known for this platform')
  const runtime = { kind: 'tensorflow', addon: made.addon, version: '2.21.0', cuda: false }
  assert.equal(stillHolds(runtime, cache, 'sources'), true)
  assert.equal(stillHolds(runtime, cache, 'changed sources'), false)
  assert.equal(stillHolds(runtime, `${cache}-elsewhere`, 'sources'), false)
  rmSync(made.library)
  assert.equal(stillHolds(runtime, cache, 'sources'), false)
})

test('wasm is decided again once the sources change, and not at every start', () => {
  const runtime = { kind: 'wasm', reason: 'no network', sources: 'sources' }
  assert.equal(stillHolds(runtime, cache, 'sources'), true)
  assert.equal(stillHolds(runtime, cache, 'changed sources'), false)
})

test('a missing or damaged record does not hold', () => {
  assert.equal(stillHolds(null, cache, 'sources'), false)
  assert.equal(stillHolds({ kind: 'tensorflow', addon: '/gone.node' }, cache, 'sources'), false)
  assert.equal(stillHolds({}, cache, 'sources'), false)
})

test('STET_RUNTIME forces wasm and can be nothing else', () => {
  assert.equal(wasmIsForced({}), false)
  assert.equal(wasmIsForced({ STET_RUNTIME: '' }), false)
  assert.equal(wasmIsForced({ STET_RUNTIME: 'wasm' }), true)
  assert.throws(
    () => wasmIsForced({ STET_RUNTIME: 'cuda' }),
    /STET_RUNTIME is “cuda”, and can only be “wasm”/,
  )
})

test('the reason is one sentence that says why and what to do', () => {
  assert.equal(
    wasmReason(['pip could not download x', 'y could not be downloaded'], true),
    'pip could not download x, and y could not be downloaded; mend that, then run `npm run setup`',
  )
  assert.match(
    wasmReason(['y could not be downloaded'], false),
    /install Python 3 with pip, then run `npm run setup`$/,
  )
})
