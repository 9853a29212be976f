/** Limits that models are computed within and memory is estimated by. */

/** Logits that are held at once: 256 MB. */
export const maxLogits = 2 ** 26
