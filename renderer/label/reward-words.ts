/** Rewards as this view writes them: two decimals, and a true minus sign. */

export function reward(value: number): string {
  const text = value.toFixed(2)
  return text === '-0.00' ? '0.00' : text.replace('-', '−')
}

/** With a plus sign above zero. */
export function signed(value: number): string {
  const text = reward(value)
  return value > 0 && text !== '0.00' ? `+${text}` : text
}
