/** What is shipped and installed is known: its licences are listed, its content is fixed, and it runs no scripts. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import {
  lockedPackages,
  nameOf,
  notices,
  noticesFile,
  shippedPackages,
} from '../../native/scripts/third-party-notices.mjs'
import { npmFlags } from '../../native/setup/node-setup.mjs'
import { layers } from '../layers.ts'
import { count } from './count.ts'

const root = path.resolve(import.meta.dirname, '../..')
const text = (file: string) => readFileSync(path.join(root, file), 'utf8')

test('THIRD-PARTY-NOTICES.txt lists every package of the installed app with its licence', () => {
  const command = 'node native/bootstrap.mjs native/scripts/third-party-notices.mjs'
  assert.ok(readFileSync(noticesFile, 'utf8') === notices(), `it is out of date: run ${command}`)
  assert.match(text('electron-builder.yml'), /^extraFiles: \[LICENSE, THIRD-PARTY-NOTICES\.txt\]$/m)
  count(
    'supply',
    `${shippedPackages().length} shipped packages: all with their licence in THIRD-PARTY-NOTICES.txt`,
  )
})

test('every package that the code may import at run time is among them', () => {
  const shipped = new Set(shippedPackages().map(([folder]) => nameOf(folder)))
  const imported = layers.flatMap(({ packages }) => packages).filter((name) => !name.includes('*'))
  const missing = imported.map((name) =>
    name
      .split('/')
      .slice(0, name.startsWith('@') ? 2 : 1)
      .join('/'),
  )
  assert.deepEqual(
    missing.filter((name) => !shipped.has(name) && name !== 'electron'),
    [],
  )
})

/** Licences that let the package be passed on with its notice. */
const allowed = [
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'OFL-1.1',
  'Unlicense',
  'CC0-1.0',
  '0BSD',
]

test('every shipped package has a licence that allows it', () => {
  for (const [folder, { license = '' }] of shippedPackages()) {
    const parts = license.replace(/[()]/g, '').split(/ AND | OR /)
    assert.ok(
      parts.every((part) => allowed.includes(part)),
      `${folder}: ${license || 'no licence'}`,
    )
  }
})

/** Packages that have an install script, none of which is run. */
const withScripts = ['@tensorflow/tfjs-node-gpu', 'core-js', 'electron-winstaller']

test('no install script runs, and no package has one that is not named here', () => {
  const found = Object.entries(lockedPackages()).flatMap(([folder, { hasInstallScript }]) =>
    hasInstallScript ? [nameOf(folder)] : [],
  )
  assert.deepEqual(found.sort(), withScripts)
  assert.match(text('.npmrc'), /^ignore-scripts=true$/m)
  assert.ok(npmFlags.includes('--ignore-scripts'))
  const { allowScripts, scripts } = JSON.parse(text('package.json'))
  assert.deepEqual(Object.keys(allowScripts ?? {}), [])
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) assert.ok(!(name in scripts), name)
  count(
    'supply',
    `${found.length} of ${Object.keys(lockedPackages()).length} locked packages have an install script, 0 run`,
  )
})

test('what is installed is fixed by its content, and from no other place than the registry', () => {
  for (const [folder, { integrity, resolved = '' }] of Object.entries(lockedPackages())) {
    assert.match(integrity ?? '', /^sha512-/, folder)
    assert.match(resolved, /^$|^https:\/\/registry\.npmjs\.org\//, folder)
  }
})
