/** A device is chosen by its name; a missing one is refused with a list of the existing ones. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UserError } from '../../../electron/contract/errors.ts'
import { findGpus, requestedDevice, showOnly, uuidsIn } from '../../../electron/engine/runtime/device.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { compiledRuntimeOrSkip } from '../../invariant/compiled.ts'

function visibleFor(requested: string, gpus: string[]): string | undefined {
  const env: NodeJS.ProcessEnv = {}
  showOnly(requested, gpus, env)
  return env.CUDA_VISIBLE_DEVICES
}

test('CUDA sees only the GPU that was named, or none for the CPU', () => {
  const gpus = ['GPU-a', 'GPU-b']
  assert.equal(visibleFor('GPU:0', gpus), 'GPU-a')
  assert.equal(visibleFor('GPU:1', gpus), 'GPU-b')
  assert.equal(visibleFor('CPU:0', gpus), '-1')
})

test('a missing device is refused with the names of the existing ones', () => {
  for (const requested of ['GPU:2', 'gpu:0', 'GPU:-1', 'GPU:01', 'cuda', 'CPU:1']) {
    assert.throws(
      () => visibleFor(requested, ['GPU-a', 'GPU-b']),
      (error) =>
        error instanceof UserError &&
        error.code === 'bad_input' &&
        error.message.includes(`"${requested}"`) &&
        error.message.includes('CPU:0, GPU:0, GPU:1'),
    )
  }
})

test('GPUs are counted as the driver lists them, without slices, and within CUDA_VISIBLE_DEVICES', () => {
  const listing = [
    'GPU 0: NVIDIA A100 (UUID: GPU-5d1)',
    '  MIG 1g.5gb Device 0: (UUID: MIG-77a)',
    'GPU 1: NVIDIA A100 (UUID: GPU-9c2)',
    '',
  ].join('\n')
  assert.deepEqual(uuidsIn(listing), ['GPU-5d1', 'GPU-9c2'])
  assert.deepEqual(uuidsIn(''), [])
  assert.deepEqual(findGpus({ CUDA_VISIBLE_DEVICES: '3,1' }), ['3', '1'])
  assert.deepEqual(findGpus({ CUDA_VISIBLE_DEVICES: '-1' }), [])
  assert.deepEqual(findGpus({ CUDA_VISIBLE_DEVICES: '' }), [])
})

test('no device is chosen unless one is requested', () => {
  assert.equal(requestedDevice({}), null)
  assert.equal(requestedDevice({ STET_DEVICE: '' }), null)
  assert.equal(requestedDevice({ STET_DEVICE: 'GPU:1' }), 'GPU:1')
})

test('the runtime opens on the named device, and not on a missing one', async (t) => {
  if (!compiledRuntimeOrSkip(t)) return
  process.env.STET_DEVICE = 'GPU:99'
  await assert.rejects(openRuntime(), { code: 'bad_input', message: /"GPU:99" here.* CPU:0/ })
  process.env.STET_DEVICE = 'CPU:0'
  assert.equal((await openRuntime()).device, 'CPU:0')
})
