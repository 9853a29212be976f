/**
 * The sample world's annotator: fixes any response by the smallest change it knows, and keeps everything else. Like a
 * person it overlooks some flaws, and sometimes rewords what was fine.
 */
import type { Draws } from './draws.ts'
import type { Span } from './flaws.ts'
import { type ParsedSentence, parseResponse } from './parse.ts'
import type { WorldPrompt } from './prompts.ts'
import { assignRoles, factOf, type Roles, slotFlaw, wholeFlaw } from './truth.ts'
import { fill, subjectOf, type World } from './world.ts'

export interface Care {
  /** Probability that a flaw is fixed. */
  fix: number
  /** Probability that a sentence without flaws is reworded. */
  needless: number
}

const ordinaryCare: Care = { fix: 0.9, needless: 0.03 }

/** One edit and what it needs. */
interface Edit {
  world: World
  prompt: WorldPrompt
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

/** The same content in another of the world's templates. */
function reword({ world, draws }: Edit, sentence: ParsedSentence, text: string): string {
  const another = (templates: string[], words: Record<string, string>) =>
    draws.pick(templates.map((template) => fill(template, words)).filter((other) => other !== text))
  switch (sentence.kind) {
    case 'fact':
      return another(subjectOf(world, sentence.subject).sentences, { value: sentence.value })
    case 'greeting':
      return another(world.greetings, { name: sentence.name })
    case 'closing':
      return another(world.closings, {})
    default:
      return text
  }
}

/** A sentence as the annotator edits it; null if it is deleted. */
function fixSentence(edit: Edit, index: number): string | null {
  const { world, prompt, text, care, draws } = edit
  const sentence = edit.sentences[index]!
  const whole = wholeFlaw(sentence, index, edit.roles)
  if (whole && draws.chance(care.fix)) return null
  const slot = whole ? null : slotFlaw(world, prompt, sentence)
  if (!whole && !slot && sentence.hedges.length === 0 && draws.chance(care.needless)) {
    return reword(edit, sentence, text.slice(sentence.span.start, sentence.span.end))
  }
  const changes = sentence.hedges
    .filter(() => draws.chance(care.fix))
    .map(({ start, end }) => ({ span: { start, end: end + 1 }, text: '' }))
  if (slot?.span && draws.chance(care.fix)) {
    const right = sentence.kind === 'fact' ? factOf(world, prompt, sentence.subject) : prompt.name
    changes.push({ span: slot.span, text: right })
  }
  return applyChanges(text, sentence.span, changes)
}

/** What the annotator adds: sentences in order, each with the index of the one it follows (-1: none). */
function addSentences({
  world,
  prompt,
  sentences,
  roles,
  care,
  draws,
}: Edit): { after: number; text: string }[] {
  const added: { after: number; text: string }[] = []
  const add = (after: number, templates: string[], words: Record<string, string>) => {
    if (draws.chance(care.fix)) added.push({ after, text: fill(draws.pick(templates), words) })
  }
  if (roles.greeting === null) add(-1, world.greetings, { name: prompt.name })
  let after = roles.greeting ?? -1
  for (const [subject, answer] of roles.answers) {
    if (answer !== null) after = answer
    else add(after, subjectOf(world, subject).sentences, { value: factOf(world, prompt, subject) })
  }
  if (roles.closing === null) add(sentences.length - 1, world.closings, {})
  return added
}

/**
 * The response with its flaws fixed: wrong values and names replaced, hedges, rude remarks, repeats and stray sentences
 * deleted, missing answers, greeting and closing added. With `{ fix: 1, needless: 0 }` the truth finds no flaw in the
 * result, whatever the text was.
 */
export function editMinimally(
  world: World,
  prompt: WorldPrompt,
  text: string,
  { draws, care = ordinaryCare }: { draws: Draws; care?: Care },
): string {
  const sentences = parseResponse(world, text)
  const roles = assignRoles(sentences, prompt.asked)
  const edit: Edit = { world, prompt, text, sentences, roles, care, draws }
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
