/**
 * The sample world's annotator: mends a response, whoever wrote it, by the smallest change it knows, and
 * lets everything else stand. Like a person it overlooks some flaws and now and then rewords what was fine.
 */
import type { Draws } from './draws.ts'
import type { Span } from './flaws.ts'
import { parseResponse, type SaidSentence } from './parse.ts'
import type { WorldPrompt } from './prompts.ts'
import { assignRoles, factOf, type Roles, slotFlaw, wholeFlaw } from './truth.ts'
import { fill, subjectOf, type World } from './world.ts'

export interface Care {
  /** Probability that a flaw is mended. */
  mend: number
  /** Probability that a sentence without flaws is put in other words. */
  needless: number
}

const ORDINARY_CARE: Care = { mend: 0.9, needless: 0.03 }

/** What one edit works on. */
interface Work {
  world: World
  prompt: WorldPrompt
  text: string
  sentences: SaidSentence[]
  roles: Roles
  care: Care
  draws: Draws
}

/** A sentence of the edited text with the white space before it. */
interface Piece {
  gap: string
  text: string
}

/** The text of `span` with the changes made, which are in order and apart. */
function applyChanges(text: string, span: Span, changes: { span: Span; text: string }[]): string {
  let result = ''
  let at = span.start
  for (const change of changes) {
    result += text.slice(at, change.span.start) + change.text
    at = change.span.end
  }
  return result + text.slice(at, span.end)
}

/** The same said with another of the world's templates. */
function reword({ world, draws }: Work, said: SaidSentence, text: string): string {
  const another = (templates: string[], words: Record<string, string>) =>
    draws.pick(templates.map((template) => fill(template, words)).filter((other) => other !== text))
  switch (said.kind) {
    case 'fact':
      return another(subjectOf(world, said.subject).sentences, { value: said.value })
    case 'greeting':
      return another(world.greetings, { name: said.name })
    case 'closing':
      return another(world.closings, {})
    default:
      return text
  }
}

/** A sentence as the annotator leaves it; null where it is struck. */
function mendSentence(work: Work, index: number): string | null {
  const { world, prompt, text, care, draws } = work
  const said = work.sentences[index]!
  const whole = wholeFlaw(said, index, work.roles)
  if (whole && draws.chance(care.mend)) return null
  const slot = whole ? null : slotFlaw(world, prompt, said)
  if (!whole && !slot && said.hedges.length === 0 && draws.chance(care.needless)) {
    return reword(work, said, text.slice(said.span.start, said.span.end))
  }
  const changes = said.hedges
    .filter(() => draws.chance(care.mend))
    .map(({ start, end }) => ({ span: { start, end: end + 1 }, text: '' }))
  if (slot?.span && draws.chance(care.mend)) {
    const right = said.kind === 'fact' ? factOf(world, prompt, said.subject) : prompt.name
    changes.push({ span: slot.span, text: right })
  }
  return applyChanges(text, said.span, changes)
}

/** What the annotator adds: sentences in order, each with the index of the one it follows (-1: none). */
function addSentences({
  world,
  prompt,
  sentences,
  roles,
  care,
  draws,
}: Work): { after: number; text: string }[] {
  const added: { after: number; text: string }[] = []
  const add = (after: number, templates: string[], words: Record<string, string>) => {
    if (draws.chance(care.mend)) added.push({ after, text: fill(draws.pick(templates), words) })
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
 * The response with its flaws mended: wrong values and names replaced, hedges, rude remarks, repeats and
 * strays struck, missing answers, greeting and closing added. With `{ mend: 1, needless: 0 }` the truth
 * finds nothing in the result, whatever the text was.
 */
export function editMinimally(
  world: World,
  prompt: WorldPrompt,
  text: string,
  draws: Draws,
  care: Care = ORDINARY_CARE,
): string {
  const sentences = parseResponse(world, text)
  const roles = assignRoles(sentences, prompt.asked)
  const work: Work = { world, prompt, text, sentences, roles, care, draws }
  const kept = sentences.map((said, index): Piece[] => {
    const before = sentences[index - 1]
    const gap = before ? text.slice(before.span.end, said.span.start) : ' '
    const mended = mendSentence(work, index)
    return mended === null ? [] : [{ gap, text: mended }]
  })
  const added = addSentences(work)
  const addedAfter = (index: number): Piece[] =>
    added.filter(({ after }) => after === index).map((addition) => ({ gap: ' ', text: addition.text }))
  const pieces = [...addedAfter(-1), ...kept.flatMap((piece, i) => [...piece, ...addedAfter(i)])]
  const lead = text.slice(0, sentences[0]?.span.start ?? 0)
  const tail = text.slice(sentences.at(-1)?.span.end ?? 0)
  return lead + pieces.map((piece, i) => (i === 0 ? piece.text : piece.gap + piece.text)).join('') + tail
}
