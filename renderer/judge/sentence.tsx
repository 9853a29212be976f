/** A sentence with its figures in bold, as results begin. */
import type { SentencePart } from './result-sentence.ts'

export function Sentence({ parts }: { parts: readonly SentencePart[] }) {
  return (
    <p className="finding">
      {parts.map(({ text, isFigure }) => (isFigure ? <b key={text}>{text}</b> : text))}
    </p>
  )
}
