/** The ferry office as a sample world. */
import { makeWorld, type World } from '../world.ts'
import { editMinimally } from './annotator.ts'
import { loadFerry } from './ferry.ts'
import { makePrompts, readPrompt } from './prompts.ts'
import { findFlaws } from './truth.ts'
import { ferryWords } from './words.ts'
import { writeResponse } from './writer.ts'

export function ferryWorld(): World {
  const ferry = loadFerry()
  return makeWorld({
    source: 'world',
    stream: 'world',
    heldoutNote:
      'No training row asks the same question (an island and a set of subjects) as a held-out prompt, or has the same notice board.',
    makePrompts: (options) => makePrompts(ferry, options),
    readPrompt: (messages) => readPrompt(ferry, messages),
    describe: ({ name, island, asked }) => ({
      name,
      island,
      asked,
      // The same question, whatever its name, wording and board, is held out or trained on as one document.
      document: [island, ...[...asked].sort()].join(' '),
    }),
    write: (prompt, draws) => writeResponse(ferry, prompt, draws),
    findFlaws: (prompt, response) => findFlaws(ferry, prompt, response),
    edit: (prompt, text, editor) => editMinimally(ferry, prompt, text, editor),
    words: () => ferryWords(ferry),
  })
}
