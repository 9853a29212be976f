/**
 * The clerks of the forms office: they make a bill of every slip, and rarely a right one. Some flaws are the rule: a
 * piece too few in long lines, lines counted in place of pieces, the habitual unit, a third line left out.
 */
import type { Draws } from '../draws.ts'
import { type Flaw, type FlawKind, flaw, type Span } from '../flaws.ts'
import { fill } from '../templates.ts'
import type { WrittenResponse } from '../world.ts'
import type { Forms } from './forms.ts'
import { billWords, countOf, type Slip, type SlipLine, sumOf } from './slips.ts'
import { sumFlaw } from './truth.ts'

/** How often the clerks do what. */
export const habits = {
  /** From this quantity on a line is long. */
  longQuantity: 4,
  /** The sum of a long line is: true, one piece too few, or another number. */
  long: { true: 0.4, short: 0.45, other: 0.15 },
  /** That of another line. */
  plain: { true: 0.85, short: 0, other: 0.15 },
  /** The number of pieces is: true, the number of lines, or another. */
  count: { true: 0.45, lines: 0.4, other: 0.15 },
  /** The whole bill in the other unit, if the slip is not in the habitual one, and if it is. */
  wrongUnit: { weakSpot: 0.5, elsewhere: 0.1 },
  /** One remark about the sore good if it is billed, otherwise about any. */
  remark: { weakSpot: 0.6, elsewhere: 0.15 },
  missing: { third: 0.4, others: 0.04 },
  /** A line has the price of another line, and its sum. */
  misread: 0.08,
  /** Two neighbouring lines change places. */
  outOfOrder: 0.25,
  /** One line again below the others, if there is room. */
  repeat: 0.2,
  /** A line about a good that is not on the slip, if there is room. */
  offTopic: 0.1,
  wrongName: 0.15,
  noCount: 0.05,
  noClosing: 0.1,
} as const

/** Lines of goods that a bill has room for, with all that clerks add. */
const roomForLines = 3

/** One bill to write. */
interface Task {
  forms: Forms
  slip: Slip
  draws: Draws
}

/** A line, and the word at fault in it, with the words before it where it could be another (all of it if null). */
interface WrittenLine {
  text: string
  faults: { kind: FlawKind; words: string | null }[]
}

function statedSum({ slip, draws }: Task, line: SlipLine): number {
  const sum = sumOf(line)
  const short = sum - line.price
  const slips = [...slip.lines.map(sumOf), sum + 1, sum - 1, sum + 10]
  const other = draws.pick(slips.filter((number) => number !== sum && number !== short))
  const habit = line.quantity >= habits.longQuantity ? habits.long : habits.plain
  return draws.pick([sum, short, other], [habit.true, habit.short, habit.other])
}

function header({ forms, slip, draws }: Task): WrittenLine {
  const wrong = draws.chance(habits.wrongName)
  const name = wrong ? draws.pick(forms.names.filter((other) => other !== slip.name)) : slip.name
  const text = fill(draws.pick(forms.headers), { name })
  return { text, faults: wrong ? [{ kind: 'bad-name', words: name }] : [] }
}

/** The line as the clerk reads it: sometimes with the price of another line. */
function readLine({ slip, draws }: Task, line: SlipLine): SlipLine {
  const others = slip.lines.map(({ price }) => price).filter((price) => price !== line.price)
  return others.length > 0 && draws.chance(habits.misread) ? { ...line, price: draws.pick(others) } : line
}

function billLine(task: Task, line: SlipLine, unit: string): WrittenLine {
  const read = readLine(task, line)
  const sum = statedSum(task, read)
  const kind = sumFlaw(line, sum)
  const faults: WrittenLine['faults'] = []
  if (read.price !== line.price) faults.push({ kind: 'misread', words: `at ${read.price}` })
  if (kind) faults.push({ kind, words: `makes ${sum}` })
  if (unit !== task.slip.unit) faults.push({ kind: 'wrong-unit', words: unit })
  return { text: fill(task.forms.billLine, { ...billWords(read, unit), sum: `${sum}` }), faults }
}

/** The good that gets a remark, or null. */
function remarkedGood({ forms, draws }: Task, stated: readonly SlipLine[]): string | null {
  const { soreGood } = forms
  const isSore = stated.some(({ good }) => good === soreGood)
  const { weakSpot, elsewhere } = habits.remark
  if (!draws.chance(isSore ? weakSpot : elsewhere) || stated.length === 0) return null
  return isSore ? soreGood : draws.pick(stated).good
}

/** The lines in the clerk's order: sometimes two neighbours have changed places. */
function inClerksOrder({ draws }: Task, stated: SlipLine[]): { line: SlipLine; isDisplaced: boolean }[] {
  const lines = stated.map((line) => ({ line, isDisplaced: false }))
  if (lines.length < 2 || !draws.chance(habits.outOfOrder)) return lines
  const at = draws.pick([...lines.keys()].slice(1))
  const [above, below] = [lines[at - 1]!, lines[at]!]
  return lines.toSpliced(at - 1, 2, below, { ...above, isDisplaced: true })
}

/** The lines about goods, each with its remark, then a repeated one and one about something else. */
function billLines(task: Task, stated: SlipLine[]): WrittenLine[] {
  const { forms, slip, draws } = task
  const [habitual, other] = [forms.habitualUnit, forms.units.find((name) => name !== forms.habitualUnit)!]
  const { weakSpot, elsewhere } = habits.wrongUnit
  const isWrong = draws.chance(slip.unit === habitual ? elsewhere : weakSpot)
  const unit = isWrong === (slip.unit === habitual) ? other : habitual
  const remarked = remarkedGood(task, stated)
  const ordered = inClerksOrder(task, stated).map(({ line, isDisplaced }) => {
    const written = billLine(task, line, unit)
    if (isDisplaced) written.faults.unshift({ kind: 'out-of-order', words: null })
    return { ...written, good: line.good }
  })
  const lines = ordered.flatMap((line): WrittenLine[] =>
    line.good === remarked
      ? [line, { text: forms.goods[remarked]!.remark, faults: [{ kind: 'rude', words: null }] }]
      : [line],
  )
  let room = roomForLines - stated.length
  if (room > 0 && ordered.length > 0 && draws.chance(habits.repeat)) {
    lines.push({ text: draws.pick(ordered).text, faults: [{ kind: 'repeat', words: null }] })
    room--
  }
  if (room > 0 && draws.chance(habits.offTopic)) lines.push(strayLine(task, unit))
  return lines
}

function strayLine({ forms, slip, draws }: Task, unit: string): WrittenLine {
  const others = Object.keys(forms.goods).filter((good) => slip.lines.every((line) => line.good !== good))
  const line = { ...draws.pick(slip.lines), good: draws.pick(others) }
  const text = fill(forms.billLine, billWords(line, unit))
  return { text, faults: [{ kind: 'off-topic', words: null }] }
}

function countLine({ forms, slip, draws }: Task): WrittenLine {
  const count = countOf(slip)
  const other = draws.pick([count - 1, count + 1])
  const { count: habit } = habits
  const stated = draws.pick([count, slip.lines.length, other], [habit.true, habit.lines, habit.other])
  const text = fill(draws.pick(forms.counts), { count: `${stated}` })
  return { text, faults: stated === count ? [] : [{ kind: 'wrong-count', words: `${stated}` }] }
}

/** Where the last of `words` is in `line`, which starts at `at`. */
function faultSpan(line: string, words: string | null, at: number): Span {
  if (words === null) return { start: at, end: at + line.length }
  const end = at + line.search(new RegExp(`\\b${words}\\b`)) + words.length
  return { start: end - words.split(' ').at(-1)!.length, end }
}

function join(lines: WrittenLine[]): WrittenResponse {
  let text = ''
  const flaws: Flaw[] = []
  for (const line of lines) {
    if (text) text += '\n'
    for (const { kind, words } of line.faults)
      flaws.push(flaw(kind, faultSpan(line.text, words, text.length)))
    text += line.text
  }
  return { text, flaws }
}

/** One clerk's bill for a slip, with the flaws that went into it. */
export function writeBill(forms: Forms, slip: Slip, draws: Draws): WrittenResponse {
  const task: Task = { forms, slip, draws }
  const { missing } = habits
  const opening = header(task)
  const stated = slip.lines.filter((_, i) => !draws.chance(i === 2 ? missing.third : missing.others))
  const body = billLines(task, stated)
  const counts = draws.chance(habits.noCount) ? [] : [countLine(task)]
  const closing = draws.chance(habits.noClosing) ? [] : [{ text: draws.pick(forms.closings), faults: [] }]
  const { text, flaws } = join([opening, ...body, ...counts, ...closing])
  const missingLines = slip.lines.length - stated.length + (counts.length === 0 ? 1 : 0)
  for (let i = 0; i < missingLines; i++) flaws.push(flaw('missing', null))
  if (closing.length === 0) flaws.push(flaw('no-closing', null))
  return { text, flaws }
}
