/**
 * Which items are held out. It depends on an item's document alone, so that all items of a document are on the same
 * side, in every run, project and import.
 */
import { createHash } from 'node:crypto'
import { canonicalJson } from '../contract/json.ts'
import type { Item } from '../contract/records.ts'

export type Split = 'train' | 'heldout'

/** Default share of documents that are held out. */
export const defaultHeldoutShare = 0.1

/**
 * Where an item's document falls in [0, 1), by SHA-256. The document is `metadata.document` if there is
 * one, else the context, else the prompt; a blank name or context is none, since it would join unrelated items.
 */
export function splitPoint({
  metadata,
  context,
  prompt,
}: Pick<Item, 'metadata' | 'context' | 'prompt'>): number {
  const { document } = metadata
  const named = typeof document === 'number' || (typeof document === 'string' && document.trim() !== '')
  const key = named
    ? `document:${document}`
    : context.trim() !== ''
      ? `context:${context}`
      : `prompt:${canonicalJson(prompt)}`
  return createHash('sha256').update(key).digest().readUIntBE(0, 6) / 2 ** 48
}

/** A document held out at one share is held out at every larger one. */
export function splitOf(point: number, heldoutShare = defaultHeldoutShare): Split {
  return point < heldoutShare ? 'heldout' : 'train'
}
