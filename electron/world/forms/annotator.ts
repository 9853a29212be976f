/** How an editor changes a bill: the smallest change for each flaw that is noticed, and some lines reworded. */
import { type Addition, applyChanges, assemble } from '../assemble.ts'
import type { Draws } from '../draws.ts'
import type { Care } from '../editors.ts'
import type { FlawKind } from '../flaws.ts'
import { fill } from '../templates.ts'
import type { Forms } from './forms.ts'
import { type ParsedLine, parseBill } from './parse.ts'
import { billWords, countOf, type Slip } from './slips.ts'
import { assignRoles, type Roles, slotFlaws, wholeFlaw } from './truth.ts'

/** One edit and what it needs. */
interface Edit {
  forms: Forms
  slip: Slip
  text: string
  lines: ParsedLine[]
  roles: Roles
  care: Care
  draws: Draws
}

/** A line as the editor leaves it; null if it is deleted, or moved to where it belongs. */
interface FixedLine {
  text: string | null
  /** The text of a line that is moved. */
  moved: string | null
}

/** The same content in another of the office's wordings, or in the first one if that is the editor's taste. */
function reword({ forms, care, draws }: Edit, line: ParsedLine, text: string): string {
  const another = (templates: string[], words: Record<string, string>) => {
    const texts = templates.map((template) => fill(template, words))
    return care.rewordTo === 'preferred' ? texts[0]! : draws.pick(texts.filter((other) => other !== text))
  }
  switch (line.kind) {
    case 'header':
      return another(forms.headers, { name: line.name })
    case 'count':
      return another(forms.counts, { count: `${line.count}` })
    case 'closing':
      return another(forms.closings, {})
    case 'sum':
    case 'remark':
    case 'unknown':
      return text
  }
}

function fixLine(edit: Edit, index: number): FixedLine {
  const { slip, text, roles, care, draws } = edit
  const line = edit.lines[index]!
  const whole = wholeFlaw(line, index, roles)
  if (whole) {
    const kept = draws.chance(care.fix[whole.kind]) ? null : text.slice(line.span.start, line.span.end)
    return { text: kept, moved: null }
  }
  const slots = slotFlaws(slip, line)
  const isDisplaced = roles.displaced.has(index)
  if (slots.length === 0 && !isDisplaced && draws.chance(care.reword))
    return { text: reword(edit, line, text.slice(line.span.start, line.span.end)), moved: null }
  const changes = slots.flatMap(({ flaw, right }) =>
    flaw.span && draws.chance(care.fix[flaw.kind]) ? [{ span: flaw.span, text: right }] : [],
  )
  const fixed = applyChanges(text, line.span, changes)
  const isMoved = isDisplaced && draws.chance(care.fix['out-of-order'])
  return isMoved ? { text: null, moved: fixed } : { text: fixed, moved: null }
}

/** What the editor adds: lines in order, each with the index of the one it follows (-1: none). */
function addLines({ forms, slip, lines, roles, care, draws }: Edit, fixed: FixedLine[]): Addition[] {
  const added: Addition[] = []
  const add = (missing: FlawKind, after: number, templates: string[], words: Record<string, string>) => {
    const template = care.rewordTo === 'preferred' ? templates[0]! : draws.pick(templates)
    if (draws.chance(care.fix[missing])) added.push({ after, text: fill(template, words) })
  }
  if (roles.header === null) add('bad-name', -1, forms.headers, { name: slip.name })
  let after = roles.header ?? -1
  for (const slipLine of slip.lines) {
    const index = roles.sums.get(slipLine.good) ?? null
    const { moved } = (index === null ? null : fixed[index]) ?? { moved: null }
    if (moved !== null) added.push({ after, text: moved })
    else if (index !== null) after = index
    else {
      add('missing', after, [forms.billLine], billWords(slipLine, slip.unit))
    }
  }
  if (roles.count === null) add('missing', after, forms.counts, { count: `${countOf(slip)}` })
  if (roles.closing === null) add('no-closing', lines.length - 1, forms.closings, {})
  return added
}

/**
 * The bill with its flaws fixed: wrong sums, units, counts and names replaced, remarks, repeats and stray lines deleted,
 * lines moved to their places, what is missing added. The truth finds no flaw in what the perfect editor returns,
 * whatever the text was.
 */
export function editBill(
  forms: Forms,
  slip: Slip,
  text: string,
  { draws, care }: { draws: Draws; care: Care },
): string {
  const lines = parseBill(forms, text)
  const roles = assignRoles(lines, slip)
  const edit: Edit = { forms, slip, text, lines, roles, care, draws }
  const fixed = lines.map((_, index) => fixLine(edit, index))
  return assemble(
    text,
    lines.map(({ span }) => span),
    { fixed: fixed.map((line) => line.text), added: addLines(edit, fixed), separator: '\n' },
  )
}
