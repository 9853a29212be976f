/** What the values of an item are called, and with which icon. */
import type { ItemQuery } from '../../electron/contract/data.ts'
import type { IconName } from '../ui/icons.tsx'

export const splitNames = { train: 'Training', heldout: 'Held out' }

export type ItemState = NonNullable<ItemQuery['state']>

/** States of the newest annotation; `none` is an item that no one has started. */
export const itemStates: Record<ItemState, { text: string; icon: IconName }> = {
  none: { text: 'To do', icon: 'toDo' },
  draft: { text: 'Draft', icon: 'draft' },
  done: { text: 'Edited', icon: 'edited' },
  skipped: { text: 'Skipped', icon: 'skip' },
  flagged: { text: 'Flagged', icon: 'flag' },
}

/** Bands of the edit ratio, by their name in the address: from the lower bound to below the upper one. */
export const ratioBands: Record<string, { text: string; min: number | null; max: number | null }> = {
  low: { text: 'Edit ratio below 0.10', min: 0, max: 0.1 },
  middle: { text: 'Edit ratio 0.10 to 0.30', min: 0.1, max: 0.3 },
  high: { text: 'Edit ratio 0.30 or more', min: 0.3, max: null },
}

export function isItemState(text: string | undefined): text is ItemState {
  return text !== undefined && text in itemStates
}

export function isSplit(text: string | undefined): text is keyof typeof splitNames {
  return text !== undefined && text in splitNames
}
