/** The sample worlds, one row each, and what needs to look into all of them: reading prompts and judging. */
import type { Message } from '../contract/records.ts'
import type { WorldName } from '../contract/worlds.ts'
import { ferryWorld } from './ferry/index.ts'
import type { Flaw } from './flaws.ts'
import { formsWorld } from './forms/index.ts'
import { compareTruth, type FinishedText, type World, type WorldTask } from './world.ts'

const makers: Record<WorldName, () => World> = { ferry: ferryWorld, forms: formsWorld }

const made = new Map<WorldName, World>()

/** The world of this name; its words are read once. */
export function worldOf(name: WorldName): World {
  const world = made.get(name) ?? makers[name]()
  made.set(name, world)
  return world
}

/** The task of a prompt of any world, read from its words; null if no world has such prompts. */
export function readTask(messages: Message[]): WorldTask | null {
  for (const name of Object.keys(makers) as WorldName[]) {
    const task = worldOf(name).readTask(messages)
    if (task) return task
  }
  return null
}

/** The flaws of a response; none on a prompt that is not of a sample world. */
export function flawsInWorlds(messages: Message[], response: FinishedText): Flaw[] {
  return readTask(messages)?.findFlaws(response) ?? []
}

/** Positive if the flaws of `second` cost less, negative if those of `first` do; zero on prompts of no world. */
export function compareInWorlds(messages: Message[], first: FinishedText, second: FinishedText): number {
  const task = readTask(messages)
  return task ? compareTruth(task, first, second) - 0.5 : 0
}

/** The words of all worlds, for a tokenizer that suits each of them, in alphabetical order. */
export function worldWords(): string[] {
  const words = (Object.keys(makers) as WorldName[]).flatMap((name) => worldOf(name).words())
  return [...new Set(words)].sort()
}
