/** When node_modules counts as matching package-lock.json. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modulesMatch } from '../../../native/setup/modules-setup.mjs'

const wanted = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/for-windows': { version: '1.0.0', integrity: 'sha512-w', optional: true },
  },
}
const a = { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } }

test('the modules match if all wanted packages are installed, whatever else is', () => {
  assert.ok(modulesMatch(wanted, { packages: a }))
  assert.ok(modulesMatch(wanted, { packages: { ...a, 'node_modules/b': { version: '2.0.0' } } }))
})

test('a missing, changed or unfinished installation does not match', () => {
  assert.ok(!modulesMatch(wanted, null))
  assert.ok(!modulesMatch(wanted, {}))
  assert.ok(!modulesMatch(wanted, { packages: {} }))
  assert.ok(
    !modulesMatch(wanted, { packages: { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-z' } } }),
  )
})

test('an optional package may be missing, but must not have another version', () => {
  const other = { version: '0.9.0', integrity: 'sha512-old' }
  assert.ok(!modulesMatch(wanted, { packages: { ...a, 'node_modules/for-windows': other } }))
})
