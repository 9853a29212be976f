/** The confidence level of every interval and test. */

export const confidenceLevel = 0.95

/** Two-sided quantile of the normal distribution at that level: z(.975). */
export const zOfConfidence = 1.959963984540054
