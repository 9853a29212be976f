/** Limits that models are computed within and memory is estimated by. */

/** Logits are held for as many rows as have at most this many in all: 256 MB. */
export const maxLogits = 2 ** 26
