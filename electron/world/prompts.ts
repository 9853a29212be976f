/**
 * The questions of the sample world: a passenger asks the ferry office two to four things about an island. A fifth of
 * all questions, in any wording, order or name, is held out and never occurs in training.
 */
import { strict as assert } from 'node:assert'
import type { Message } from '../contract/records.ts'
import { permutation } from '../engine/random.ts'
import { type Draws, drawsOf } from './draws.ts'
import { fill, subjectOf, type World } from './world.ts'

export type Split = 'train' | 'held-out'

/** A prompt with what it means. */
export interface WorldPrompt {
  messages: Message[]
  name: string
  island: string
  /** Keys of the subjects asked about, in order. */
  asked: string[]
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
function questionsOf(world: World, split: Split): Question[] {
  const keys = Object.keys(world.subjects)
  const all = Object.keys(world.islands).flatMap((island) =>
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
function listInWords(world: World, asked: string[]): string {
  const words = asked.map((key) => subjectOf(world, key).asked)
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

function makePrompt(world: World, questions: Question[], draws: Draws): WorldPrompt {
  const size = draws.pick(askedCounts, askedWeights)
  const question = draws.pick(questions.filter(({ subjects }) => subjects.length === size))
  const asked = shuffled(question.subjects, draws)
  const name = draws.pick(world.names)
  const words = { name, island: question.island, asked: listInWords(world, asked) }
  const content = fill(draws.pick(world.phrasings), words)
  return { messages: [{ role: 'user', content }], name, island: question.island, asked }
}

/**
 * Distinct prompts. A longer list begins with the shorter list.
 *
 * @param options.n how many, at most 10,000 held-out and 100,000 training prompts
 */
export function makePrompts(world: World, options: { seed: number; n: number; split: Split }): WorldPrompt[] {
  const { seed, n, split } = options
  assert(n <= (split === 'train' ? 100_000 : 10_000), `The world has too few ${split} prompts for ${n}.`)
  const questions = questionsOf(world, split)
  const prompts = new Map<string, WorldPrompt>()
  for (let i = 0; prompts.size < n; i++) {
    const prompt = makePrompt(world, questions, drawsOf({ seed, stream: `world/prompts/${split}` }, i))
    prompts.set(prompt.messages[0]!.content, prompt)
  }
  return [...prompts.values()]
}

function readPhrasing(world: World, phrasing: string, content: string): Omit<WorldPrompt, 'messages'> | null {
  const pattern = phrasing.replace(/[.?]/g, '\\$&').replace(/\{(\w+)\}/g, '(?<$1>[a-z, ]+?)')
  const groups = new RegExp(`^${pattern}$`).exec(content)?.groups
  if (!groups) return null
  const { name = '', island = '', asked: list = '' } = groups
  const asked = list
    .split(/, | and /)
    .map((words) => Object.keys(world.subjects).find((key) => world.subjects[key]?.asked === words))
  const isOfWorld = world.names.includes(name) && Object.hasOwn(world.islands, island)
  return isOfWorld && asked.every((key) => key !== undefined) ? { name, island, asked } : null
}

/** What a prompt of this world asks, read from its words; null if it is not a prompt of this world. */
export function readPrompt(world: World, messages: Message[]): WorldPrompt | null {
  const content = messages.at(-1)?.content ?? ''
  for (const phrasing of world.phrasings) {
    const meaning = readPhrasing(world, phrasing, content)
    if (meaning) return { messages, ...meaning }
  }
  return null
}
