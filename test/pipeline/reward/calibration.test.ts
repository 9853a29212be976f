import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pairCalibration, preferenceLogit } from '../../../electron/pipeline/reward/calibration.ts'

const worse = { labels: [0, -1, -1, 0], rewards: [5, -2, -0.5, 7] }
const better = { labels: [0, 1, 0], rewards: [5, 1.5, 7] }

test('the log-odds are those that the scheme was trained to give', () => {
  assert.equal(preferenceLogit('sequence', 0.25, worse, better), 0.25)
  assert.equal(preferenceLogit('bt-mean', -0.5, worse, better), -0.5)
  assert.equal(preferenceLogit('bt-changed', 0.25, worse, better), 1.5 + 2.5)
  for (const scheme of ['classify', 'regress'] as const)
    assert.equal(preferenceLogit(scheme, 0.25, worse, better), null)
})

test('a model that is nine times in ten as sure as it is right is well calibrated, whichever side it favours', () => {
  const sure = Math.log(9)
  const { bins, expectedCalibrationError } = pairCalibration([...Array(9).fill(sure), -sure])!
  assert.equal(bins.length, 1)
  assert.equal(bins[0]!.count, 10)
  assert.ok(Math.abs(bins[0]!.meanPredicted - 0.9) < 1e-12 && Math.abs(bins[0]!.observedRate - 0.9) < 1e-12)
  assert.ok(expectedCalibrationError < 1e-12)
  const half = pairCalibration([...Array(5).fill(sure), ...Array(5).fill(-sure)])!
  assert.ok(Math.abs(half.expectedCalibrationError - 0.4) < 1e-12)
})

test('there is no calibration without pairs, or where the scheme compares none', () => {
  assert.equal(pairCalibration([]), null)
  assert.equal(pairCalibration([null, null]), null)
})
