/** The forms office as a sample world. */
import { makeWorld, type World } from '../world.ts'
import { editBill } from './annotator.ts'
import { loadForms } from './forms.ts'
import { makeSlips, readSlip } from './slips.ts'
import { findFlaws } from './truth.ts'
import { formsWords } from './words.ts'
import { writeBill } from './writer.ts'

export function formsWorld(): World {
  const forms = loadForms()
  return makeWorld({
    source: 'forms',
    stream: 'world/forms',
    heldoutNote: 'No training row is about the same set of goods as a held-out slip.',
    makePrompts: (options) => makeSlips(forms, options),
    readPrompt: (messages) => readSlip(forms, messages),
    describe: ({ name, lines }) => {
      const goods = lines.map(({ good }) => good)
      // All slips of the same goods, whatever their numbers, are held out or trained on as one document.
      return { name, goods, document: ['bill', ...goods.toSorted()].join(' ') }
    },
    write: (slip, draws) => writeBill(forms, slip, draws),
    findFlaws: (slip, response) => findFlaws(forms, slip, response),
    edit: (slip, text, editor) => editBill(forms, slip, text, editor),
    words: () => formsWords(forms),
  })
}
