/** How far two annotators changed the same words. */
import assert from 'node:assert/strict'

/**
 * Krippendorff's alpha for nominal values of two observers who judged the same units (Krippendorff, Content
 * Analysis, 2004, section 11.3.1): 1 − observed / expected disagreement, with n = 2N values in all.
 * @returns 1 for full agreement, 0 for chance; null if all values are equal, or there are none
 */
export function krippendorffAlpha(first: readonly number[], second: readonly number[]): number | null {
  assert.equal(first.length, second.length, 'Both observers must have judged the same units.')
  const values = [...first, ...second]
  const n = values.length
  if (n === 0) return null
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const alike = [...counts.values()].reduce((sum, count) => sum + count * (count - 1), 0)
  const expected = 1 - alike / (n * (n - 1))
  if (expected === 0) return null
  const observed = first.filter((value, i) => value !== second[i]).length / first.length
  return 1 - observed / expected
}
