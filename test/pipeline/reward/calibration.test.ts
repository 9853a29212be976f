import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pairCalibration } from '../../../electron/pipeline/reward/calibration.ts'

test('a model whose confidence equals its accuracy is well calibrated, whichever side it favours', () => {
  const sure = Math.log(9)
  const { bins, expectedCalibrationError } = pairCalibration([...Array(9).fill(sure), -sure])!
  assert.equal(bins.length, 1)
  assert.equal(bins[0]!.count, 10)
  assert.ok(Math.abs(bins[0]!.meanPredicted - 0.9) < 1e-12 && Math.abs(bins[0]!.observedRate - 0.9) < 1e-12)
  assert.ok(expectedCalibrationError < 1e-12)
  const half = pairCalibration([...Array(5).fill(sure), ...Array(5).fill(-sure)])!
  assert.ok(Math.abs(half.expectedCalibrationError - 0.4) < 1e-12)
})

test('there is no calibration without pairs, or for a scheme that compares none', () => {
  assert.equal(pairCalibration([]), null)
  assert.equal(pairCalibration([null, null]), null)
})
