/**
 * The prompt with which a language model judges a pair, and how its reply is read. The compared texts are enclosed in
 * tags with a code derived from them, so that none of them can contain its closing tag.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Message } from '../../contract/records.ts'
import type { Question } from './judge.ts'

/** The prompt's file name. It is part of the judge's name: another prompt makes another judge. */
export const judgePrompt = 'judge-pair-v1'

const instruction = readFileSync(
  path.resolve(import.meta.dirname, `../../../resources/prompts/${judgePrompt}.txt`),
  'utf8',
)

/** The instruction as the system message, the enclosed texts as the user message. */
export function judgeMessages({ prompt, context, first, second }: Question): Message[] {
  const request = prompt.map(({ role, content }) => `${role}: ${content}`).join('\n')
  const code = fenceCode([request, context, first.text, second.text])
  const fence = (name: string, text: string) => `<${name} ${code}>\n${text}\n</${name} ${code}>`
  const parts = [
    fence('request', request),
    ...(context === '' ? [] : [fence('context', context)]),
    fence('answer-A', first.text),
    fence('answer-B', second.text),
    'Which answer is better, A or B? One word: A, B or TIE.',
  ]
  return [
    { role: 'system', content: instruction.replaceAll('{code}', code) },
    { role: 'user', content: parts.join('\n\n') },
  ]
}

function fenceCode(texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 12)
}

/**
 * The preference for the second answer that a reply states. Its last non-blank line must be only a verdict, apart from
 * marks as in `**B**` or `Verdict: B.`; any reasoning before it is ignored.
 *
 * @returns 0, ½ or 1; null if the reply states no verdict
 */
export function readVerdict(reply: string): number | null {
  const last = reply.trim().split('\n').at(-1)!
  const [, word] = /^\W*(?:(?:verdict|answer)\W+)?(A|B|TIE)\W*$/i.exec(last) ?? []
  const verdicts: Record<string, number> = { A: 0, TIE: 0.5, B: 1 }
  return word === undefined ? null : verdicts[word.toUpperCase()]!
}

/** A local model judges by the log-probabilities of these letters: the first and the second answer. */
export const verdictLetters = ['A', 'B'] as const

/** P(second) from the log-probabilities of both letters, given that it is one of them. */
export function preferenceOf([first, second]: readonly [number, number]): number {
  return 1 / (1 + Math.exp(first - second))
}
