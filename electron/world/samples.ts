/** Training data of a sample world: demonstrations, and pairs that serve as preferences and as edits. */

import type { EditedPair, Item } from '../contract/records.ts'
import type { EditorMix } from '../contract/worlds.ts'
import { makeItem } from '../pipeline/data/item.ts'
import { type Draws, drawsOf } from './draws.ts'
import { type EditorName, editors, pickEditor } from './editors.ts'
import { totalCost } from './flaws.ts'
import type { PromptOptions, World, WorldTask, WrittenResponse } from './world.ts'

/** Share of pairs in the wrong order, as from a careless rater. */
const preferenceNoise = 0.05

/** An edit with the name of its editor. */
export interface SamplePair extends EditedPair {
  editor: EditorName
}

/** What every item of a world has: the prompt, and its meaning as metadata. */
function promptFields({ source }: World, { messages, metadata }: WorldTask) {
  return { source, prompt: messages, metadata }
}

/** Unedited answers of clerks, which the reference policy is trained on. */
export function makeDemonstrations(world: World, options: PromptOptions): Item[] {
  return world.makeTasks(options).map((task, i) => {
    const draws = drawsOf({ seed: options.seed, stream: `${world.stream}/demonstrations` }, i)
    return makeItem({ ...promptFields(world, task), chosen: task.write(draws).text })
  })
}

/** Two clerks' responses that the truth does not find equal, the better one first. */
function writeUnequal(task: WorldTask, draws: Draws): [WrittenResponse, WrittenResponse] {
  for (;;) {
    const a = task.write(draws)
    const b = task.write(draws)
    const difference = totalCost(a.flaws) - totalCost(b.flaws)
    if (difference !== 0) return difference < 0 ? [a, b] : [b, a]
  }
}

/**
 * For each prompt two responses ordered by the truth, sometimes wrongly, and the rejected one edited by one of `mix`.
 * The item is the ordinary preference pair; rejected and edited are the edited pair. Both have the same prompts and
 * rejected responses, so that arms trained on either see equal data.
 */
export function makePairs(world: World, options: PromptOptions, mix: EditorMix): SamplePair[] {
  return world.makeTasks(options).map((task, i) => {
    const drawsFor = (what: string) => drawsOf({ seed: options.seed, stream: `${world.stream}/${what}` }, i)
    const draws = drawsFor('pairs')
    const [better, worse] = writeUnequal(task, draws)
    const [chosen, rejected] = draws.chance(preferenceNoise) ? [worse, better] : [better, worse]
    const errorSpans = rejected.flaws.flatMap(({ kind, span }) => (span ? [{ ...span, kind }] : []))
    const item = makeItem({
      ...promptFields(world, task),
      chosen: chosen.text,
      rejected: rejected.text,
      errorSpans,
    })
    const editor = pickEditor(mix, drawsFor('editors'))
    const edited = task.edit(rejected.text, { draws: drawsFor('edits'), care: editors[editor] })
    return { item, rejected: rejected.text, edited, editor }
  })
}
