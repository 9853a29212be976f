/** Training data of the sample world: demonstrations, and pairs that serve as preferences and as edits. */
import type { EditedPair, Item } from '../contract/records.ts'
import { makeItem } from '../pipeline/data/item.ts'
import { editMinimally } from './annotator.ts'
import { type Draws, drawsOf } from './draws.ts'
import { totalCost } from './flaws.ts'
import { makePrompts, type Split, type WorldPrompt } from './prompts.ts'
import type { World } from './world.ts'
import { type WrittenResponse, writeResponse } from './writer.ts'

export interface SampleOptions {
  seed: number
  n: number
  split: Split
}

/** Share of pairs in the wrong order, as from a careless rater. */
const preferenceNoise = 0.05

/** What every item of the world has: the prompt, and its meaning as metadata. */
function promptFields({ messages, name, island, asked }: WorldPrompt) {
  // The same question, whatever its name and wording, is held out or trained on as one document.
  const document = [island, ...[...asked].sort()].join(' ')
  return { source: 'world', prompt: messages, metadata: { name, island, asked, document } }
}

/** Unedited answers of clerks, which the reference policy is trained on. */
export function makeDemonstrations(world: World, options: SampleOptions): Item[] {
  return makePrompts(world, options).map((prompt, i) => {
    const draws = drawsOf({ seed: options.seed, stream: 'world/demonstrations' }, i)
    const chosen = writeResponse(world, prompt, draws).text
    return makeItem({ ...promptFields(prompt), chosen })
  })
}

/** Two clerks' responses that the truth does not find equal, the better one first. */
function writeUnequal(world: World, prompt: WorldPrompt, draws: Draws): [WrittenResponse, WrittenResponse] {
  for (;;) {
    const a = writeResponse(world, prompt, draws)
    const b = writeResponse(world, prompt, draws)
    const difference = totalCost(a.flaws) - totalCost(b.flaws)
    if (difference !== 0) return difference < 0 ? [a, b] : [b, a]
  }
}

/**
 * For each prompt two responses ordered by the truth, sometimes wrongly, and the rejected one edited. The item is the
 * ordinary preference pair; rejected and edited are the edited pair. Both have the same prompts and rejected responses,
 * so that arms trained on either see equal data.
 */
export function makePairs(world: World, options: SampleOptions): EditedPair[] {
  return makePrompts(world, options).map((prompt, i) => {
    const draws = drawsOf({ seed: options.seed, stream: 'world/pairs' }, i)
    const [better, worse] = writeUnequal(world, prompt, draws)
    const [chosen, rejected] = draws.chance(preferenceNoise) ? [worse, better] : [better, worse]
    const errorSpans = rejected.flaws.flatMap(({ kind, span }) => (span ? [{ ...span, kind }] : []))
    const item = makeItem({
      ...promptFields(prompt),
      chosen: chosen.text,
      rejected: rejected.text,
      errorSpans,
    })
    const edits = drawsOf({ seed: options.seed, stream: 'world/edits' }, i)
    const edited = editMinimally(world, prompt, rejected.text, { draws: edits })
    return { item, rejected: rejected.text, edited }
  })
}
