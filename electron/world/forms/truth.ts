/** The truth about bills: every flaw of any text, found by reckoning the slip, without knowing the author. */
import { type Flaw, flaw } from '../flaws.ts'
import type { FinishedText } from '../world.ts'
import type { Forms } from './forms.ts'
import { type ParsedLine, parseBill } from './parse.ts'
import { countOf, type Slip, type SlipLine, sumOf } from './slips.ts'

/** Which line has which role: its index, or null if there is none. */
export interface Roles {
  /** The first header, if it is above all sums. */
  header: number | null
  /** For each good of the slip, in its order, the first line about it. */
  sums: Map<string, number | null>
  /** Those of the sums that are below a line that they should be above. */
  displaced: Set<number>
  /** The last count, if it is below the header and all sums. */
  count: number | null
  /** The last closing, if it is below everything else that has a role. */
  closing: number | null
}

const orNull = (index: number) => (index < 0 ? null : index)

/** The sums, by index, that are below one of a later good of the slip. */
function displacedAmong(sums: Map<string, number | null>): Set<number> {
  const placed = [...sums.values()].flatMap((index, place) => (index === null ? [] : [{ index, place }]))
  let furthest = -1
  const displaced = new Set<number>()
  for (const { index, place } of placed.toSorted((a, b) => a.index - b.index)) {
    if (place < furthest) displaced.add(index)
    furthest = Math.max(furthest, place)
  }
  return displaced
}

export function assignRoles(lines: ParsedLine[], slip: Slip): Roles {
  const firstAbout = (good: string) =>
    orNull(lines.findIndex((line) => line.kind === 'sum' && line.good === good))
  const sums = new Map(slip.lines.map(({ good }) => [good, firstAbout(good)]))
  const present = [...sums.values()].filter((index) => index !== null)
  const first = orNull(lines.findIndex(({ kind }) => kind === 'header'))
  const header = first !== null && present.every((index) => first < index) ? first : null
  const lastBelow = (wanted: ParsedLine['kind'], above: (number | null)[]) => {
    const last = orNull(lines.findLastIndex(({ kind }) => kind === wanted))
    return last !== null && above.every((index) => (index ?? -1) < last) ? last : null
  }
  const count = lastBelow('count', [header, ...present])
  const closing = lastBelow('closing', [header, ...present, count])
  return { header, sums, displaced: displacedAmong(sums), count, closing }
}

/** What is wrong with a line as a whole, so that it has to be deleted; otherwise null. */
export function wholeFlaw(line: ParsedLine, index: number, roles: Roles): Flaw | null {
  switch (line.kind) {
    case 'remark':
      return flaw('rude', line.span)
    case 'unknown':
      return flaw('malformed', line.span)
    case 'sum':
      if (!roles.sums.has(line.good)) return flaw('off-topic', line.span)
      return roles.sums.get(line.good) === index ? null : flaw('repeat', line.span)
    case 'header':
    case 'count':
    case 'closing':
      if (roles[line.kind] === index) return null
      return flaw(roles[line.kind] === null ? 'malformed' : 'repeat', line.span)
  }
}

/** What is wrong with a stated sum: one piece was not counted, or it is another number. */
export function sumFlaw(slipLine: SlipLine, sum: number): 'short-sum' | 'wrong' | null {
  if (sum === sumOf(slipLine)) return null
  return sum === sumOf(slipLine) - slipLine.price ? 'short-sum' : 'wrong'
}

interface SlotFlaw {
  flaw: Flaw
  right: string
}

/** What is wrong inside a line about a good of the slip, in order of position. */
function sumFlaws(slip: Slip, line: Extract<ParsedLine, { kind: 'sum' }>): SlotFlaw[] {
  const slipLine = slip.lines.find(({ good }) => good === line.good)!
  const flaws: SlotFlaw[] = []
  for (const slot of ['quantity', 'price'] as const)
    if (line[slot] !== slipLine[slot])
      flaws.push({ flaw: flaw('misread', line.slots[slot]), right: `${slipLine[slot]}` })
  const kind = sumFlaw(slipLine, line.sum)
  if (kind) flaws.push({ flaw: flaw(kind, line.slots.sum), right: `${sumOf(slipLine)}` })
  if (line.unit !== slip.unit) flaws.push({ flaw: flaw('wrong-unit', line.slots.unit), right: slip.unit })
  return flaws
}

/** What is wrong inside a line that has a role, each with the right word. */
export function slotFlaws(slip: Slip, line: ParsedLine): SlotFlaw[] {
  switch (line.kind) {
    case 'header':
      return line.name === slip.name ? [] : [{ flaw: flaw('bad-name', line.slots.name), right: slip.name }]
    case 'count': {
      const count = countOf(slip)
      return line.count === count ? [] : [{ flaw: flaw('wrong-count', line.slots.count), right: `${count}` }]
    }
    case 'sum':
      return sumFlaws(slip, line)
    case 'remark':
    case 'closing':
    case 'unknown':
      return []
  }
}

/**
 * Every flaw of a bill, in order of position, then those of what is missing. One line about each good counts; further
 * ones are repeats, whatever they state.
 */
export function findFlaws(forms: Forms, slip: Slip, response: FinishedText): Flaw[] {
  const lines = parseBill(forms, response.text)
  const roles = assignRoles(lines, slip)
  const flaws = lines.flatMap((line, i) => {
    const whole = wholeFlaw(line, i, roles)
    if (whole) return [whole]
    const displaced = roles.displaced.has(i) ? [flaw('out-of-order', line.span)] : []
    return [...displaced, ...slotFlaws(slip, line).map((slot) => slot.flaw)]
  })
  if (roles.header === null) flaws.push(flaw('bad-name', null))
  for (const index of [...roles.sums.values(), roles.count])
    if (index === null) flaws.push(flaw('missing', null))
  if (roles.closing === null) flaws.push(flaw('no-closing', null))
  if (!response.ended) flaws.push(flaw('no-eos', null))
  return flaws
}
