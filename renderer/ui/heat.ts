/** The seven steps in which tokens are tinted: orange below zero, none at zero, blue above. */

const steps = 3

/** The classes of the tints from the lowest value to the highest; that of zero is empty. */
export const heatRamp = ['heat-n3', 'heat-n2', 'heat-n1', '', 'heat-p1', 'heat-p2', 'heat-p3'] as const

/**
 * @param scale the value of the strongest tint, above 0
 * @returns one class of the ramp; a token without a value has no tint
 */
export function heatOf(value: number | null, scale: number): (typeof heatRamp)[number] {
  if (value === null || Number.isNaN(value)) return ''
  const step = Math.max(-steps, Math.min(steps, Math.round((steps * value) / scale)))
  return heatRamp[step + steps]!
}
