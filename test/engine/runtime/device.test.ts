/** A device is chosen by its name; one that is not there is refused with those that are. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UserError } from '../../../electron/contract/errors.ts'
import { findGpus, requestedDevice, showOnly, uuidsIn } from '../../../electron/engine/runtime/device.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { compiledRuntimeOrSkip } from '../../invariant/compiled.ts'

function visibleFor(asked: string, gpus: string[]): string | undefined {
  const env: NodeJS.ProcessEnv = {}
  showOnly(asked, gpus, env)
  return env.CUDA_VISIBLE_DEVICES
}

test('CUDA sees the one GPU that was named, or none for the CPU', () => {
  const gpus = ['GPU-a', 'GPU-b']
  assert.equal(visibleFor('GPU:0', gpus), 'GPU-a')
  assert.equal(visibleFor('GPU:1', gpus), 'GPU-b')
  assert.equal(visibleFor('CPU:0', gpus), '-1')
})

test('a device that is not there is refused with the names of those that are', () => {
  for (const asked of ['GPU:2', 'gpu:0', 'GPU:-1', 'GPU:01', 'cuda', 'CPU:1']) {
    assert.throws(
      () => visibleFor(asked, ['GPU-a', 'GPU-b']),
      (error) =>
        error instanceof UserError &&
        error.code === 'bad_input' &&
        error.message.includes(`"${asked}"`) &&
        error.message.includes('CPU:0, GPU:0, GPU:1'),
    )
  }
})

test('GPUs are counted as the driver lists them, slices apart, and as CUDA_VISIBLE_DEVICES limits them', () => {
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

test('nothing is chosen where nothing is asked for', () => {
  assert.equal(requestedDevice({}), null)
  assert.equal(requestedDevice({ STET_DEVICE: '' }), null)
  assert.equal(requestedDevice({ STET_DEVICE: 'GPU:1' }), 'GPU:1')
})

test('the runtime opens on the device that was named, and not on one that is missing', async (t) => {
  if (!compiledRuntimeOrSkip(t)) return
  process.env.STET_DEVICE = 'GPU:99'
  await assert.rejects(openRuntime(), { code: 'bad_input', message: /"GPU:99" here.* CPU:0/ })
  process.env.STET_DEVICE = 'CPU:0'
  assert.equal((await openRuntime()).device, 'CPU:0')
})
