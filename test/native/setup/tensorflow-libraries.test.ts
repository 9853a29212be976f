/** Which TensorFlow libraries a machine gets, when they are complete, and how pip's errors are summarised. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cudaWheels, type Libraries } from '../../../native/setup/pins.mjs'
import {
  downloadFailure,
  librariesComplete,
  librariesFor,
  librariesName,
} from '../../../native/setup/tensorflow-libraries.mjs'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'stet-libraries-'))
after(() => rmSync(scratch, { recursive: true }))

function names(choices: Libraries[]): string[] {
  return choices.map((choice) =>
    'wheels' in choice ? `${choice.wheels[0]?.name} ${choice.version}` : `libtensorflow ${choice.version}`,
  )
}

test('with pip the wheel is the first choice, libtensorflow the second', () => {
  const choices = librariesFor({ platform: 'linux-x64', hasPip: true, hasNvidia: false })
  assert.deepEqual(names(choices), ['tensorflow-cpu 2.21.0', 'libtensorflow 2.9.1'])
  assert.ok(choices.every(({ cuda }) => !cuda))
})

test('with an NVIDIA driver the CUDA build with its libraries is the first choice, the CPU build the second', () => {
  const choices = librariesFor({ platform: 'linux-x64', hasPip: true, hasNvidia: true })
  assert.deepEqual(names(choices), ['tensorflow 2.21.0', 'tensorflow-cpu 2.21.0', 'libtensorflow 2.9.1'])
  assert.deepEqual(
    choices.map(({ cuda }) => cuda),
    [true, false, false],
  )
})

test('without pip there is only libtensorflow, and on an unknown platform nothing', () => {
  assert.deepEqual(names(librariesFor({ platform: 'linux-x64', hasPip: false, hasNvidia: true })), [
    'libtensorflow 2.9.1',
  ])
  assert.deepEqual(librariesFor({ platform: 'freebsd-x64', hasPip: true, hasNvidia: false }), [])
})

test('every wheel is pinned by a hash', () => {
  for (const wheel of cudaWheels) assert.match(wheel.sha256, /^[0-9a-f]{64}$/, wheel.name)
  assert.equal(new Set(cudaWheels.map(({ sha256 }) => sha256)).size, cudaWheels.length)
})

test('other wheels get another folder', () => {
  const [cpu] = librariesFor({ platform: 'linux-x64', hasPip: true, hasNvidia: false })
  assert.ok(cpu !== undefined && 'wheels' in cpu)
  const repinned = { ...cpu, wheels: cpu.wheels.map((wheel) => ({ ...wheel, sha256: 'f'.repeat(64) })) }
  assert.notEqual(librariesName(cpu), librariesName(repinned))
  assert.equal(librariesName(cpu), librariesName(structuredClone(cpu)))
})

test('libraries are complete only while every file has its full size', () => {
  const folder = path.join(scratch, 'libraries')
  assert.equal(librariesComplete(folder), false)
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'lib.so'), 'twelve bytes')
  writeFileSync(path.join(folder, 'contents.json'), '{"lib.so": 12}')
  assert.equal(librariesComplete(folder), true)
  truncateSync(path.join(folder, 'lib.so'), 5)
  assert.equal(librariesComplete(folder), false)
  rmSync(path.join(folder, 'lib.so'))
  assert.equal(librariesComplete(folder), false)
})

test('pip’s errors are summarised in a few words', () => {
  const cases: [string, RegExp][] = [
    ['ERROR: Could not install: [Errno 28] No space left on device', /disk is full/],
    [
      'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.',
      /does not have the pinned hash/,
    ],
    [
      "WARNING: Retrying … NewConnectionError('…')\nERROR: No matching distribution found for x",
      /not be reached/,
    ],
    ['ERROR: No matching distribution found for tensorflow-cpu==2.21.0', /does not have it/],
    ['ERROR: something else', /^something else$/],
    ['', /no reason given/],
  ]
  for (const [output, expected] of cases) assert.match(downloadFailure(output), expected)
})

test('only matching files of a wheel are unpacked, and executables stay executable', (t) => {
  if (spawnSync('python3', ['--version']).status !== 0) return t.skip('there is no Python on this machine')
  const wheel = path.join(scratch, 'a.whl')
  const make = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as z:
    z.writestr('nvidia/cublas/lib/libcublas.so.12', 'library')
    z.writestr('nvidia/cublas/include/cublas.h', 'header')
    tool = zipfile.ZipInfo('nvidia/cuda_nvcc/bin/ptxas')
    tool.external_attr = 0o755 << 16
    z.writestr(tool, 'tool')
`
  assert.equal(spawnSync('python3', ['-c', make, wheel]).status, 0)
  const folder = path.join(scratch, 'unpacked')
  const script = fileURLToPath(new URL('../../../native/setup/unpack-wheel.py', import.meta.url))
  const patterns = ['nvidia/*/lib/*.so*', 'nvidia/cuda_nvcc/bin/ptxas']
  assert.equal(spawnSync('python3', [script, wheel, folder, ...patterns]).status, 0)
  assert.equal(readFileSync(path.join(folder, 'nvidia/cublas/lib/libcublas.so.12'), 'utf8'), 'library')
  assert.ok(!existsSync(path.join(folder, 'nvidia/cublas/include')))
  assert.equal(statSync(path.join(folder, 'nvidia/cuda_nvcc/bin/ptxas')).mode & 0o111, 0o111)
})
