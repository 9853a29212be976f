/** How much a sequence repeats itself. */

const gramLength = 4

/**
 * Share of the 4-grams of a sequence that occurred earlier in it, in [0, 1); 0 for sequences too short to have any.
 * @param units tokens, or words without white space
 */
export function repetition(units: readonly (number | string)[]): number {
  const seen = new Set<string>()
  const total = units.length - gramLength + 1
  for (let i = 0; i < total; i++) seen.add(units.slice(i, i + gramLength).join(' '))
  return total > 0 ? 1 - seen.size / total : 0
}
