/** Finds words in what one reads beside the response, and marks them as highlights, which leave the page as it is. */
import { startsOf } from './find.ts'

/** Under which the places are styled: `::highlight(found)`, and the current one `::highlight(found-at)`. */
const all = 'found'
const current = 'found-at'

/** Every place in its texts, in their order. */
export function placesBeside(root: HTMLElement, query: string): Range[] {
  const places: Range[] = []
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    // Labels are not part of the item.
    if (node.parentElement?.closest('.label')) continue
    for (const start of startsOf(node.textContent ?? '', query)) {
      const range = new Range()
      range.setStart(node, start)
      range.setEnd(node, start + query.length)
      places.push(range)
    }
  }
  return places
}

/** Marks the places, and brings the one at an index into sight; -1 for none. */
export function markBeside(places: readonly Range[], at: number): void {
  const place = places[at]
  CSS.highlights?.set(all, new Highlight(...places.filter((each) => each !== place)))
  CSS.highlights?.set(current, new Highlight(...(place ? [place] : [])))
  place?.startContainer.parentElement?.scrollIntoView({ block: 'nearest' })
}

export function unmarkBeside(): void {
  CSS.highlights?.delete(all)
  CSS.highlights?.delete(current)
}
