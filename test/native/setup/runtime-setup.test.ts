/** When a recorded runtime is still valid, when wasm is forced, and what the message says. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { addonFile } from '../../../native/setup/addon-build.mjs'
import { isStillValid, wasmIsForced, wasmReason } from '../../../native/setup/runtime-setup.mjs'
import { librariesFolder, librariesFor, librariesName } from '../../../native/setup/tensorflow-libraries.mjs'

const cache = mkdtempSync(path.join(os.tmpdir(), 'stet-runtime-'))
after(() => rmSync(cache, { recursive: true }))

/** Puts an empty addon and complete, empty libraries into the cache, as the setup would. */
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

test('a compiled runtime is valid while its addon, its libraries and the sources are the same', (t) => {
  const made = setUp('sources')
  if (made === null) return t.skip('there is no TensorFlow for this platform')
  const runtime = { kind: 'tensorflow', addon: made.addon, version: '2.21.0', cuda: false }
  assert.equal(isStillValid(runtime, cache, 'sources'), true)
  assert.equal(isStillValid(runtime, cache, 'changed sources'), false)
  assert.equal(isStillValid(runtime, `${cache}-elsewhere`, 'sources'), false)
  rmSync(made.library)
  assert.equal(isStillValid(runtime, cache, 'sources'), false)
})

test('after choosing wasm, the choice is repeated when the sources change, not at every start', () => {
  const runtime = { kind: 'wasm', reason: 'no network', sources: 'sources' }
  assert.equal(isStillValid(runtime, cache, 'sources'), true)
  assert.equal(isStillValid(runtime, cache, 'changed sources'), false)
})

test('a missing or damaged record is not valid', () => {
  assert.equal(isStillValid(null, cache, 'sources'), false)
  assert.equal(isStillValid({ kind: 'tensorflow', addon: '/gone.node' }, cache, 'sources'), false)
  assert.equal(isStillValid({}, cache, 'sources'), false)
})

test('STET_RUNTIME forces wasm and allows no other value', () => {
  assert.equal(wasmIsForced({}), false)
  assert.equal(wasmIsForced({ STET_RUNTIME: '' }), false)
  assert.equal(wasmIsForced({ STET_RUNTIME: 'wasm' }), true)
  assert.throws(
    () => wasmIsForced({ STET_RUNTIME: 'cuda' }),
    /STET_RUNTIME is “cuda”, but only “wasm” is allowed/,
  )
})

test('the reason is one sentence that says why and what to do', () => {
  assert.equal(
    wasmReason(['pip could not download x', 'y could not be downloaded'], true),
    'pip could not download x, and y could not be downloaded; fix this, then run `npm run setup`',
  )
  assert.match(
    wasmReason(['y could not be downloaded'], false),
    /install Python 3 with pip, then run `npm run setup`$/,
  )
})
