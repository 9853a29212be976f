/**
 * How an editor changes a response of the ferry office: by the smallest change for each flaw that is noticed, and by
 * rewording some sentences that were fine. Everything else is kept.
 */
import { type Addition, applyChanges, assemble } from '../assemble.ts'
import type { Draws } from '../draws.ts'
import type { Care } from '../editors.ts'
import type { FlawKind } from '../flaws.ts'
import { fill } from '../templates.ts'
import { type Ferry, subjectOf } from './ferry.ts'
import { type ParsedSentence, parseResponse } from './parse.ts'
import type { FerryPrompt } from './prompts.ts'
import { assignRoles, factOf, type Roles, slotFlaw, wholeFlaw } from './truth.ts'

/** One edit and what it needs. */
interface Edit {
  ferry: Ferry
  prompt: FerryPrompt
  text: string
  sentences: ParsedSentence[]
  roles: Roles
  care: Care
  draws: Draws
}

/** The same content in another of the office's templates, or in the first one if that is the editor's taste. */
function reword({ ferry, draws, care }: Edit, sentence: ParsedSentence, text: string): string {
  const another = (templates: string[], words: Record<string, string>) => {
    const texts = templates.map((template) => fill(template, words))
    return care.rewordTo === 'preferred' ? texts[0]! : draws.pick(texts.filter((other) => other !== text))
  }
  switch (sentence.kind) {
    case 'fact':
      return another(subjectOf(ferry, sentence.subject).sentences, { value: sentence.value })
    case 'greeting':
      return another(ferry.greetings, { name: sentence.name })
    case 'closing':
      return another(ferry.closings, {})
    default:
      return text
  }
}

/** A sentence as the annotator edits it; null if it is deleted. */
function fixSentence(edit: Edit, index: number): string | null {
  const { prompt, text, care, draws } = edit
  const sentence = edit.sentences[index]!
  const whole = wholeFlaw(sentence, index, edit.roles)
  if (whole && draws.chance(care.fix[whole.kind])) return null
  const slot = whole ? null : slotFlaw(prompt, sentence)
  if (!whole && !slot && sentence.hedges.length === 0 && draws.chance(care.reword)) {
    return reword(edit, sentence, text.slice(sentence.span.start, sentence.span.end))
  }
  const changes = sentence.hedges
    .filter(() => draws.chance(care.fix.hedge))
    .map(({ start, end }) => ({ span: { start, end: end + 1 }, text: '' }))
  if (slot?.span && draws.chance(care.fix[slot.kind])) {
    const right = sentence.kind === 'fact' ? factOf(prompt, sentence.subject) : prompt.name
    changes.push({ span: slot.span, text: right })
  }
  return applyChanges(text, sentence.span, changes)
}

/** What the annotator adds: sentences in order, each with the index of the one it follows (-1: none). */
function addSentences({ ferry, prompt, sentences, roles, care, draws }: Edit): Addition[] {
  const added: Addition[] = []
  const add = (missing: FlawKind, after: number, templates: string[], words: Record<string, string>) => {
    const template = care.rewordTo === 'preferred' ? templates[0]! : draws.pick(templates)
    if (draws.chance(care.fix[missing])) added.push({ after, text: fill(template, words) })
  }
  if (roles.greeting === null) add('bad-name', -1, ferry.greetings, { name: prompt.name })
  let after = roles.greeting ?? -1
  for (const [subject, answer] of roles.answers) {
    if (answer !== null) after = answer
    else add('missing', after, subjectOf(ferry, subject).sentences, { value: factOf(prompt, subject) })
  }
  if (roles.closing === null) add('no-closing', sentences.length - 1, ferry.closings, {})
  return added
}

/**
 * The response with its flaws fixed: wrong values and names replaced, hedges, rude remarks, repeats and stray sentences
 * deleted, missing answers, greeting and closing added. The truth finds no flaw in what the
 * perfect editor returns, whatever the text was.
 */
export function editMinimally(
  ferry: Ferry,
  prompt: FerryPrompt,
  text: string,
  { draws, care }: { draws: Draws; care: Care },
): string {
  const sentences = parseResponse(ferry, text)
  const roles = assignRoles(sentences, prompt.asked)
  const edit: Edit = { ferry, prompt, text, sentences, roles, care, draws }
  const fixed = sentences.map((_, index) => fixSentence(edit, index))
  return assemble(
    text,
    sentences.map(({ span }) => span),
    { fixed, added: addSentences(edit), separator: ' ' },
  )
}
