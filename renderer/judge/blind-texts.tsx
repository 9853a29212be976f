/** What is judged: the prompt, and two equal sheets under it. */
import { useRef } from 'react'
import { InertMarkdown } from '../ui/inert-markdown.tsx'
import { Problem } from '../ui/problem.tsx'
import { Prompt } from '../ui/prompt.tsx'
import { useDifferences } from './differences.ts'
import type { BlindPair } from './use-blind-session.ts'

export function BlindTexts({
  pair: { pairId, prompt, context, left, right },
  marks,
}: {
  pair: BlindPair
  marks: boolean
}) {
  const leftText = useRef<HTMLDivElement>(null)
  const rightText = useRef<HTMLDivElement>(null)
  const { counts, error } = useDifferences(leftText, rightText, { isOn: marks, pairId })
  const isShort = prompt.length === 1 && context === '' && prompt[0]!.content.length < 240
  return (
    <>
      <div className={`read judging-ask ${isShort ? 'short' : ''}`} dir="auto">
        <Prompt prompt={prompt} context={context} />
      </div>
      <Problem error={error} />
      <p className="unseen" role="status">
        {counts && differencesSentence(counts)}
      </p>
      <div className="judging-pair">
        <article className="judging-side" aria-label="Left response">
          <div className="read" dir="auto" ref={leftText}>
            <InertMarkdown text={left} />
          </div>
        </article>
        <article className="judging-side" aria-label="Right response">
          <div className="read" dir="auto" ref={rightText}>
            <InertMarkdown text={right} />
          </div>
        </article>
      </div>
    </>
  )
}

function differencesSentence([left, right]: readonly [number, number]): string {
  return `Differences are marked: ${left} on the left, ${right} on the right.`
}
