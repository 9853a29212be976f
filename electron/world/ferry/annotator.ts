/**
 * How an editor changes a response of the ferry office: by the smallest change for each flaw that is noticed, and by
 * rewording some sentences that were fine. Everything else is kept.
 */
import type { Draws } from '../draws.ts'
import type { Care } from '../editors.ts'
import type { FlawKind, Span } from '../flaws.ts'
import { type Ferry, fill, subjectOf } from './ferry.ts'
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

/** A sentence of the edited text with the white space before it. */
interface EditedSentence {
  gap: string
  text: string
}

/** The text of `span` with the changes made, which are in order and do not overlap. */
function applyChanges(text: string, span: Span, changes: { span: Span; text: string }[]): string {
  let result = ''
  let at = span.start
  for (const change of changes) {
    result += text.slice(at, change.span.start) + change.text
    at = change.span.end
  }
  return result + text.slice(at, span.end)
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
function addSentences({
  ferry,
  prompt,
  sentences,
  roles,
  care,
  draws,
}: Edit): { after: number; text: string }[] {
  const added: { after: number; text: string }[] = []
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
  const kept = sentences.map((sentence, index): EditedSentence[] => {
    const before = sentences[index - 1]
    const gap = before ? text.slice(before.span.end, sentence.span.start) : ' '
    const fixed = fixSentence(edit, index)
    return fixed === null ? [] : [{ gap, text: fixed }]
  })
  const added = addSentences(edit)
  const addedAfter = (index: number): EditedSentence[] =>
    added.filter(({ after }) => after === index).map((addition) => ({ gap: ' ', text: addition.text }))
  const pieces = [...addedAfter(-1), ...kept.flatMap((piece, i) => [...piece, ...addedAfter(i)])]
  const lead = text.slice(0, sentences[0]?.span.start ?? 0)
  const tail = text.slice(sentences.at(-1)?.span.end ?? 0)
  return lead + pieces.map((piece, i) => (i === 0 ? piece.text : piece.gap + piece.text)).join('') + tail
}
