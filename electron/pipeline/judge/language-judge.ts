/**
 * What a language model is asked when it judges a pair, and how its words are read. The texts under judgement are
 * fenced by tags with a code made from them, so that none of them can hold the tag that ends it.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Message } from '../../contract/records.ts'
import type { Question } from './judge.ts'

/** The prompt's file name, part of the judge's name: verdicts by another prompt are another judge's. */
export const judgePrompt = 'judge-pair-v1'

const instruction = readFileSync(
  path.resolve(import.meta.dirname, `../../../resources/prompts/${judgePrompt}.txt`),
  'utf8',
)

/** The instruction as the system's message, the fenced material as the user's. */
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
 * The preference for the second answer that a reply states: its last line that isn't blank must be a verdict and
 * nothing else, up to marks such as `**B**` or `Verdict: B.`. What a model thinks aloud before is not looked at.
 *
 * @returns 0, ½ or 1; null where the reply states none
 */
export function readVerdict(reply: string): number | null {
  const last = reply.trim().split('\n').at(-1)!
  const [, word] = /^\W*(?:(?:verdict|answer)\W+)?(A|B|TIE)\W*$/i.exec(last) ?? []
  const verdicts: Record<string, number> = { A: 0, TIE: 0.5, B: 1 }
  return word === undefined ? null : verdicts[word.toUpperCase()]!
}

/** The letters whose log-probabilities a local model is asked for, first and second answer. */
export const verdictLetters = ['A', 'B'] as const

/** P(second) from the log-probabilities of both letters: what is left when all else is ruled out. */
export function preferenceOf([first, second]: readonly [number, number]): number {
  return 1 / (1 + Math.exp(first - second))
}
