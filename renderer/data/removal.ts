/** What was removed, in words. */

export function itemCount(items: number): string {
  return `${items.toLocaleString('en')} ${items === 1 ? 'item' : 'items'}`
}

export function removalSentence({ removed, kept }: { removed: number; kept: number }): string {
  const rest =
    kept === 0 ? '' : ` ${itemCount(kept)} with edits or notes ${kept === 1 ? 'was' : 'were'} kept.`
  return `Removed ${itemCount(removed)}.${rest}`
}
