/** A sentence with its figures in bold, as results begin. */
import type { SentencePart } from '../../electron/contract/result-sentence.ts'

export function Sentence({
  parts,
  isHeading = false,
}: {
  parts: readonly SentencePart[]
  /** Whether it is the head of what follows. */
  isHeading?: boolean
}) {
  const Tag = isHeading ? 'h2' : 'p'
  return (
    <Tag className="finding">
      {parts.map(({ text, isFigure }) => (isFigure ? <b key={text}>{text}</b> : text))}
    </Tag>
  )
}
