/** Where an axis has its ticks: at most four, at round numbers. */

export const maxTicks = 4

/** @param isWhole whether only whole numbers make sense, as for steps */
export function linearTicks([low, high]: Range, isWhole = false): number[] {
  if (!(high > low)) return [low]
  for (let power = Math.floor(Math.log10((high - low) / maxTicks)); ; power++) {
    for (const factor of [1, 2, 4, 5]) {
      const step = factor * 10 ** power
      if (isWhole && step < 1) continue
      const first = Math.ceil(low / step - 1e-9)
      const count = Math.floor(high / step + 1e-9) - first + 1
      if (count > maxTicks) continue
      return Array.from({ length: Math.max(count, 0) }, (_, i) =>
        Number(((first + i) * step).toPrecision(12)),
      )
    }
  }
}

type Range = readonly [low: number, high: number]

/** Powers of ten, thinned to four; within one power of ten, the round numbers there. */
export function logTicks([low, high]: Range): number[] {
  if (!(low > 0) || !(high > low)) return []
  const first = Math.ceil(Math.log10(low) - 1e-9)
  const last = Math.floor(Math.log10(high) + 1e-9)
  if (last <= first) return linearTicks([low, high])
  const every = Math.ceil((last - first + 1) / maxTicks)
  const powers = Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i))
  return powers.filter((_, i) => i % every === 0)
}

/** How much room is left above and below the values. */
const margin = 0.08

/**
 * The range of an axis that is fitted to its values.
 * @param limits lines to show if they are near: each extends the range by at most a half
 */
export function fittedRange([low, high]: Range, limits: readonly number[] = []): [low: number, high: number] {
  const span = high - low || Math.abs(high) || 1
  const near = limits.filter((limit) => limit > low - span / 2 && limit < high + span / 2)
  const [from, to] = [Math.min(low, ...near), Math.max(high, ...near)]
  const room = margin * (to - from || span)
  // A quantity that is never negative has no room below 0.
  return [from >= 0 && from - room < 0 ? 0 : from - room, to + room]
}
