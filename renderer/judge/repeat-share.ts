/** How many of the pairs of a blind comparison are shown a second time, to measure how far a person agrees with themselves. */

export const repeatShare = 0.1
