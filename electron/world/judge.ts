/** Compares two responses by the truth of the sample world, for a judge. */
import type { Message } from '../contract/records.ts'
import { readPrompt } from './prompts.ts'
import { compareTruth, type FinishedText } from './truth.ts'
import type { World } from './world.ts'

/** Positive if the flaws of `second` cost less, negative if those of `first` do; zero on prompts of another world. */
export function compareInWorld(
  world: World,
  messages: Message[],
  first: FinishedText,
  second: FinishedText,
): number {
  const prompt = readPrompt(world, messages)
  return prompt ? compareTruth(world, prompt, first, second) - 0.5 : 0
}
