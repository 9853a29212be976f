/** How sure a rate is that was measured on a number of pairs. */

const z = 1.959964

/**
 * Wilson's interval (1927) of a rate.
 * @param percent of the pairs
 * @returns the 95% interval in percent; null without pairs
 */
export function rateInterval(percent: number, pairs: number): [low: number, high: number] | null {
  if (pairs <= 0) return null
  const p = percent / 100
  const centre = (p + z ** 2 / (2 * pairs)) / (1 + z ** 2 / pairs)
  const half = (z / (1 + z ** 2 / pairs)) * Math.sqrt((p * (1 - p)) / pairs + z ** 2 / (4 * pairs ** 2))
  return [100 * (centre - half), 100 * (centre + half)]
}
