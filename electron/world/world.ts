/**
 * A sample world: prompts, clerks who answer them with flaws, an editor, and a truth that finds every flaw. The rest of
 * the program sees a world through `World` alone and learns nothing about how its prompts look inside.
 */
import type { Message } from '../contract/records.ts'
import type { Draws } from './draws.ts'
import type { Care } from './editors.ts'
import { type Flaw, totalCost } from './flaws.ts'

export type Split = 'train' | 'held-out'

export interface PromptOptions {
  seed: number
  n: number
  split: Split
}

/** A response, and whether it ended on its own instead of being cut off. */
export interface FinishedText {
  text: string
  ended: boolean
}

/** A clerk's response. */
export interface WrittenResponse {
  text: string
  /** The clerk's flaws, in order of position, then those of what is missing. */
  flaws: Flaw[]
}

/** What a world is made of; `Prompt` is a prompt with what it means. */
export interface WorldParts<Prompt extends { messages: Message[] }> {
  /** `source` of its items. */
  source: string
  /** Names of the random streams start with it. */
  stream: string
  /** What separates held-out prompts from training, as a sentence for reports. */
  heldoutNote: string
  /** Distinct prompts; a longer list begins with the shorter list. */
  makePrompts(options: PromptOptions): Prompt[]
  /** What a prompt means, read from its words alone; null if it is not a prompt of this world. */
  readPrompt(messages: Message[]): Prompt | null
  /** What a prompt means as metadata; prompts with the same `document` are held out together. */
  describe(prompt: Prompt): { document: string } & Record<string, string | string[]>
  /** A clerk's response. */
  write(prompt: Prompt, draws: Draws): WrittenResponse
  /** Every flaw of any response, in order of position, then those of what is missing. */
  findFlaws(prompt: Prompt, response: FinishedText): Flaw[]
  /** The response as an editor changes it. */
  edit(prompt: Prompt, text: string, editor: { draws: Draws; care: Care }): string
  /** Every piece of its prompts and responses that is worth a token, once, in alphabetical order. */
  words(): string[]
}

/** A prompt of a world with everything that can be done with it. */
export interface WorldTask {
  messages: Message[]
  metadata: { document: string } & Record<string, string | string[]>
  write(draws: Draws): WrittenResponse
  findFlaws(response: FinishedText): Flaw[]
  edit(text: string, editor: { draws: Draws; care: Care }): string
}

export interface World {
  source: string
  stream: string
  heldoutNote: string
  makeTasks(options: PromptOptions): WorldTask[]
  readTask(messages: Message[]): WorldTask | null
  words(): string[]
}

/** Hides what a world's prompts look like. */
export function makeWorld<Prompt extends { messages: Message[] }>(parts: WorldParts<Prompt>): World {
  const taskOf = (prompt: Prompt): WorldTask => ({
    messages: prompt.messages,
    metadata: parts.describe(prompt),
    write: (draws) => parts.write(prompt, draws),
    findFlaws: (response) => parts.findFlaws(prompt, response),
    edit: (text, editor) => parts.edit(prompt, text, editor),
  })
  const { source, stream, heldoutNote, words } = parts
  return {
    source,
    stream,
    heldoutNote,
    words,
    makeTasks: (options) => parts.makePrompts(options).map(taskOf),
    readTask(messages) {
      const prompt = parts.readPrompt(messages)
      return prompt && taskOf(prompt)
    },
  }
}

/** Probability that `b` is better: 0, 1, or ½ if their flaws cost the same. */
export function compareTruth(
  task: Pick<WorldTask, 'findFlaws'>,
  a: FinishedText,
  b: FinishedText,
): 0 | 0.5 | 1 {
  const difference = totalCost(task.findFlaws(a)) - totalCost(task.findFlaws(b))
  if (difference === 0) return 0.5
  return difference > 0 ? 1 : 0
}
