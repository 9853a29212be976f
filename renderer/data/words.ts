/** What the values of an item are called. */

export const splitNames = { train: 'training', heldout: 'held out' }

/** States of an annotation; `none` is an item that no one has started. */
export const stateNames = {
  none: 'not started',
  draft: 'draft',
  done: 'done',
  skipped: 'skipped',
  flagged: 'flagged',
}
