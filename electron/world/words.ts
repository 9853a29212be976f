/** The word list of the sample world's tokenizer: every piece of its prompts and responses. */
import { fill, type World } from './world.ts'

/** How GPT-2 splits text before merging: a word includes the space before it. */
const piece = / ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu

/** The pieces of a text, in order; together they are the text. */
export function splitPieces(text: string): string[] {
  return text.match(piece) ?? []
}

/** Every piece once, in alphabetical order; words that begin a text are listed without their space. */
export function worldWords(world: World): string[] {
  const subjects = Object.values(world.subjects)
  const slots = {
    name: world.names[0]!,
    island: Object.keys(world.islands)[0]!,
    value: subjects[0]!.values[0]!,
  }
  const first = [...world.phrasings, ...world.greetings].map((text) =>
    fill(text, { ...slots, asked: 'the, the and the' }),
  )
  const later = [
    ...subjects.flatMap(({ asked, sentences, rude, values }) => [asked, ...sentences, rude, ...values]),
    ...world.names,
    ...Object.keys(world.islands),
    ...world.closings,
    ...world.hedges,
  ].map((text) => ` ${fill(text, slots)}`)
  return [...new Set([...first, ...later].flatMap(splitPieces))].sort()
}
