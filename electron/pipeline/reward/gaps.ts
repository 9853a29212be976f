/** Where a text lacks something that its edit inserts: labels for the token after each gap. */

/**
 * The labels of a rejected text in which −1 also marks the token after a gap, which is a place where the edit inserts
 * and deletes nothing; a gap at the end is that of EOS. Word-level quality estimation marks gaps likewise (the gap tags
 * of WMT's shared tasks), so that what is missing can be found in a text that has no wrong token.
 * @param rejected labels of the text without EOS: 0 kept, −1 deleted (or less, if the change is minor)
 * @param edited labels of its edit without EOS: 0 kept, 1 inserted (or less, as its gap then is); it keeps the same tokens in the same order
 * @returns labels of the rejected text and of EOS
 */
export function gapLabels(rejected: readonly number[], edited: readonly number[]): number[] {
  const inserted = changesBeforeKept(edited)
  const deleted = changesBeforeKept(rejected)
  let kept = 0
  return [...rejected, 0].map((label) => {
    if (label !== 0) return label
    const gap = deleted[kept] === 0 ? inserted[kept]! : 0
    kept++
    return gap === 0 ? 0 : -gap
  })
}

/** Size of the labels since the kept token before, for each kept token and for the end; 0 if nothing was changed there. */
function changesBeforeKept(labels: readonly number[]): number[] {
  const sizes = [0]
  for (const label of labels) {
    if (label === 0) sizes.push(0)
    else sizes[sizes.length - 1] = Math.abs(label)
  }
  return sizes
}
