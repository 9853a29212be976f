/** Marks where two rendered texts differ without moving a word: as highlights over the text, which stays as it was laid out. */
import { type RefObject, useEffect, useState } from 'react'
import { differingSpans } from './differing-spans.ts'

/** Under which the marks are styled: `::highlight(differs)`. */
const name = 'differs'

type Side = RefObject<HTMLElement | null>

/** @returns how many passages are marked on each side; null while there are no marks */
export function useDifferences(
  left: Side,
  right: Side,
  { isOn, pairId }: { isOn: boolean; pairId: string },
): { counts: readonly [left: number, right: number] | null; error: unknown } {
  const [found, setFound] = useState<ReturnType<typeof useDifferences>>(nothing)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another pair has other texts
  useEffect(() => {
    if (!isOn || !left.current || !right.current) return
    try {
      const sides = [rangesOf(left.current, right.current), rangesOf(right.current, left.current)] as const
      CSS.highlights?.set(name, new Highlight(...sides.flat()))
      setFound({ counts: [sides[0].length, sides[1].length], error: null })
    } catch (error) {
      setFound({ counts: null, error })
    }
    return () => {
      CSS.highlights?.delete(name)
      setFound(nothing)
    }
  }, [left, right, isOn, pairId])
  return found
}

const nothing = { counts: null, error: null }

function rangesOf(own: HTMLElement, other: HTMLElement): Range[] {
  const spans = differingSpans(own.textContent ?? '', other.textContent ?? '')
  const nodes = textNodesOf(own)
  return spans.map(([start, end]) => {
    const range = new Range()
    const first = nodes.findLast((node) => node.start <= start)!
    const last = nodes.findLast((node) => node.start < end)!
    range.setStart(first.node, start - first.start)
    range.setEnd(last.node, end - last.start)
    return range
  })
}

function textNodesOf(element: HTMLElement): { node: Text; start: number }[] {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  const nodes: { node: Text; start: number }[] = []
  let start = 0
  for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
    nodes.push({ node, start })
    start += node.data.length
  }
  return nodes
}
