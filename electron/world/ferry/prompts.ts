/**
 * The questions to the ferry office: a passenger asks two to four things about an island, and the office's notice board
 * stands above the question. A fifth of all questions, in any wording, order or name, and a fifth of all boards are held
 * out and never occur in training.
 */
import { strict as assert } from 'node:assert'
import type { Message } from '../../contract/records.ts'
import { permutation } from '../../engine/random.ts'
import { type Draws, drawsOf } from '../draws.ts'
import { fill } from '../templates.ts'
import type { PromptOptions, Split } from '../world.ts'
import { type BoardLine, isHeldoutBoard, makeBoard, readBoard, writeBoard } from './board.ts'
import { type Ferry, subjectOf } from './ferry.ts'

/** A prompt with what it means. */
export interface FerryPrompt {
  messages: Message[]
  name: string
  island: string
  /** Keys of the subjects asked about, in order. */
  asked: string[]
  /** What is true, by subject: what the board says, or in a prompt without a board the island's facts. */
  facts: Record<string, string>
  /** The values that the board calls outdated, by subject. */
  outdated: Record<string, string>
}

/** An island and the subjects asked about, in the world's order. */
interface Question {
  island: string
  subjects: string[]
}

const heldoutShare = 0.2
/** How many things a prompt asks, and how often it asks that many. */
const askedCounts = [2, 3, 4]
const askedWeights = [0.25, 0.4, 0.35]

function subsets(keys: string[], size: number): string[][] {
  if (size === 0) return [[]]
  return keys.flatMap((key, i) => subsets(keys.slice(i + 1), size - 1).map((rest) => [key, ...rest]))
}

/** The split depends on the world alone, so that all seeds agree about what is held out. */
function questionsOf(ferry: Ferry, split: Split): Question[] {
  const keys = Object.keys(ferry.subjects)
  const all = Object.keys(ferry.islands).flatMap((island) =>
    askedCounts.flatMap((size) => subsets(keys, size)).map((subjects) => ({ island, subjects })),
  )
  const order = [...permutation({ seed: 0, stream: 'world/split' }, 0, all.length)]
  const cut = Math.round(heldoutShare * all.length)
  const chosen = split === 'held-out' ? order.slice(0, cut) : order.slice(cut)
  return chosen.map((i) => all[i]!)
}

function shuffled(keys: string[], draws: Draws): string[] {
  const left = [...keys]
  return keys.map(() => left.splice(left.indexOf(draws.pick(left)), 1)[0]!)
}

/** "the pier, the fare and the buns" */
function listInWords(ferry: Ferry, asked: string[]): string {
  const words = asked.map((key) => subjectOf(ferry, key).asked)
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

function meaningOf(lines: readonly BoardLine[]): Pick<FerryPrompt, 'facts' | 'outdated'> {
  const outdated = lines.flatMap((line) => (line.outdated === null ? [] : [[line.subject, line.outdated]]))
  return {
    facts: Object.fromEntries(lines.map(({ subject, value }) => [subject, value])),
    outdated: Object.fromEntries(outdated),
  }
}

/** The choices of one prompt: its question is from `questions`, its board from the same split. */
interface Source {
  questions: Question[]
  split: Split
}

function makePrompt(ferry: Ferry, { questions, split }: Source, draws: Draws): FerryPrompt {
  const size = draws.pick(askedCounts, askedWeights)
  const { island, subjects } = draws.pick(questions.filter((question) => question.subjects.length === size))
  const asked = shuffled(subjects, draws)
  const name = draws.pick(ferry.names)
  const phrasing = draws.pick(ferry.phrasings)
  const question = fill(phrasing, { name, island, asked: listInWords(ferry, asked) })
  let lines = makeBoard(ferry, asked, draws)
  while (isHeldoutBoard(ferry, lines) !== (split === 'held-out')) lines = makeBoard(ferry, asked, draws)
  const content = writeBoard(ferry, lines) + question
  return { messages: [{ role: 'user', content }], name, island, asked, ...meaningOf(lines) }
}

/** The board of a prompt, its title and lines: no two prompts of a list have the same. */
function boardOf({ messages: [message] }: FerryPrompt): string {
  const { content } = message!
  return content.slice(0, content.lastIndexOf('\n') + 1)
}

/**
 * Prompts with distinct boards. A longer list begins with the shorter list.
 *
 * @param options.n how many, at most 10,000 held-out and 100,000 training prompts
 */
export function makePrompts(ferry: Ferry, { seed, n, split }: PromptOptions): FerryPrompt[] {
  assert(n <= (split === 'train' ? 100_000 : 10_000), `The world has too few ${split} prompts for ${n}.`)
  const source: Source = { questions: questionsOf(ferry, split), split }
  const prompts = new Map<string, FerryPrompt>()
  for (let i = 0; prompts.size < n; i++) {
    const prompt = makePrompt(ferry, source, drawsOf({ seed, stream: `world/prompts/${split}` }, i))
    const board = boardOf(prompt)
    if (!prompts.has(board)) prompts.set(board, prompt)
  }
  return [...prompts.values()]
}

type AskedFields = Pick<FerryPrompt, 'name' | 'island' | 'asked'>

function readPhrasing(ferry: Ferry, phrasing: string, question: string): AskedFields | null {
  const pattern = phrasing.replace(/[.?]/g, '\\$&').replace(/\{(\w+)\}/g, '(?<$1>[a-z, ]+?)')
  const groups = new RegExp(`^${pattern}$`).exec(question)?.groups
  if (!groups) return null
  const { name = '', island = '', asked: list = '' } = groups
  const asked = list
    .split(/, | and /)
    .map((words) => Object.keys(ferry.subjects).find((key) => ferry.subjects[key]?.asked === words))
  const isOfWorld = ferry.names.includes(name) && Object.hasOwn(ferry.islands, island)
  return isOfWorld && asked.every((key) => key !== undefined) ? { name, island, asked } : null
}

/** What is true according to a prompt's board, or about the island if it has none; null if the text above the question is something else. */
function readFacts(ferry: Ferry, board: string, island: string): ReturnType<typeof meaningOf> | null {
  if (board === '') return { facts: ferry.islands[island]!.facts, outdated: {} }
  const lines = readBoard(ferry, board)
  return lines && meaningOf(lines)
}

/**
 * What a prompt of this world asks, read from its words, with or without a board; null if it is not a prompt of this
 * world, or asks what it gives no fact about.
 */
export function readPrompt(ferry: Ferry, messages: Message[]): FerryPrompt | null {
  const content = messages.at(-1)?.content ?? ''
  const cut = content.lastIndexOf('\n') + 1
  for (const phrasing of ferry.phrasings) {
    const fields = readPhrasing(ferry, phrasing, content.slice(cut))
    const meaning = fields && readFacts(ferry, content.slice(0, cut), fields.island)
    if (fields && meaning && fields.asked.every((key) => Object.hasOwn(meaning.facts, key)))
      return { messages, ...fields, ...meaning }
  }
  return null
}
