/** Whether a setting is what one looks for. */

/** @returns whether every word that was typed begins a word of the text; anything is found by nothing */
export function isFound(text: string, search: string): boolean {
  const words = text.toLowerCase().split(/\s+/)
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean)
  return wanted.every((part) => words.some((word) => word.startsWith(part)))
}
