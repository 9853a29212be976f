/** A text with its words marked that another text does not have; neither added nor removed, so in neither colour. */
import { useMemo } from 'react'
import { diffParts } from '../ui/diff-parts.ts'
import '../ui/proof.css'

export function Differing({ text, other }: { text: string; other: string }) {
  const parts = useMemo(() => partsOf(text, other), [text, other])
  return parts.map(({ part, differs }, i) =>
    differs ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other key
      <mark key={i} className="differs">
        {part}
      </mark>
    ) : (
      part
    ),
  )
}

/** Texts that are too long to compare have no marks. */
function partsOf(text: string, other: string): { part: string; differs: boolean }[] {
  try {
    return diffParts(other, text).flatMap(({ kind, text: part }) =>
      kind === 'removed' ? [] : [{ part, differs: kind === 'added' && part.trim() !== '' }],
    )
  } catch {
    return [{ part: text, differs: false }]
  }
}
