/**
 * TRL's stepwise supervision, for process reward models: an answer in steps, each of which is right if no marked error
 * touches it. Steps are those the item was imported with, else lines, else sentences.
 */
import { isDeepStrictEqual } from 'node:util'
import { promptMessages } from '../../../engine/tokenizer/query.ts'
import { formatTranscript } from '../transcript.ts'
import { exporter, type MarkedAnswer } from './exporter.ts'

export const stepwiseExporter = exporter((source) => source.markedAnswers(), stepwiseRow, {
  prompt: 'text',
  completions: 'texts',
  labels: 'truths',
  id: 'text',
})

export function stepwiseRow({ item, answer, wrong }: MarkedAnswer): object {
  const steps = stepsOf(answer, item.metadata.steps)
  return {
    prompt: formatTranscript(promptMessages(item)),
    completions: steps.map(({ text }) => text),
    labels: steps.map(({ start, text }) => !wrong.some((span) => touches(span, start, start + text.length))),
    id: item.id,
  }
}

interface Step {
  start: number
  text: string
}

/** An empty span, where something is missing, touches the step that it is in or at the end of. */
function touches(span: { start: number; end: number }, start: number, end: number): boolean {
  return span.start === span.end
    ? span.start >= start && span.start <= end
    : span.start < end && span.end > start
}

/** @param importedSteps steps that the item was imported with; used only if they are the answer's */
export function stepsOf(answer: string, importedSteps: unknown): Step[] {
  if (Array.isArray(importedSteps) && isDeepStrictEqual(importedSteps.join('\n'), answer))
    return locate(importedSteps as string[])
  const lines = locate(answer.split('\n'))
  if (lines.length > 1) return lines
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })
  return [...segmenter.segment(answer)].flatMap(({ segment, index }) => trimmed(segment, index))
}

/** Lines with where each starts; blank ones are left out. */
function locate(lines: string[]): Step[] {
  let start = 0
  return lines.flatMap((text) => {
    const step = { start, text }
    start += text.length + 1
    return text.trim() === '' ? [] : [step]
  })
}

function trimmed(segment: string, index: number): Step[] {
  const text = segment.trim()
  return text === '' ? [] : [{ start: index + segment.indexOf(text), text }]
}
