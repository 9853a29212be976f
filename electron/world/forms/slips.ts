/**
 * The prompts of the forms office: a slip that lists two or three goods with quantity and price, to be made into a bill. A
 * fifth of all sets of goods and a fifth of all slips are held out and never occur in training.
 */
import { strict as assert } from 'node:assert'
import type { Message } from '../../contract/records.ts'
import { permutation } from '../../engine/random.ts'
import { type Draws, drawsOf } from '../draws.ts'
import { fill, matchTemplate } from '../templates.ts'
import type { PromptOptions, Split } from '../world.ts'
import type { Forms } from './forms.ts'

export interface SlipLine {
  good: string
  quantity: number
  /** Of one piece. */
  price: number
}

/** A slip with what it means. */
export interface Slip {
  messages: Message[]
  name: string
  unit: string
  lines: SlipLine[]
}

const heldoutShare = 0.2
const heldoutModulus = 5
/** How many lines a slip has, and how often. */
const lineCounts = [2, 3]
const lineWeights = [0.35, 0.65]
const quantities = [2, 3, 4, 5]
const prices = [2, 3, 4, 5, 6, 7, 8, 9]

export function sumOf({ quantity, price }: SlipLine): number {
  return quantity * price
}

/** The words of the right line of a bill. */
export function billWords(line: SlipLine, unit: string): Record<string, string> {
  const { good, quantity, price } = line
  return { good, quantity: `${quantity}`, price: `${price}`, sum: `${sumOf(line)}`, unit }
}

/** Number of pieces on a slip. */
export function countOf({ lines }: Pick<Slip, 'lines'>): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0)
}

function subsets(keys: string[], size: number): string[][] {
  if (size === 0) return [[]]
  return keys.flatMap((key, i) => subsets(keys.slice(i + 1), size - 1).map((rest) => [key, ...rest]))
}

/** The split depends on the goods alone, so that all seeds agree about what is held out. */
function setsOf(forms: Forms, split: Split): string[][] {
  const all = lineCounts.flatMap((size) => subsets(Object.keys(forms.goods), size))
  const order = [...permutation({ seed: 0, stream: 'world/forms/split' }, 0, all.length)]
  const cut = Math.round(heldoutShare * all.length)
  return (split === 'held-out' ? order.slice(0, cut) : order.slice(cut)).map((i) => all[i]!)
}

/** Whether a slip belongs to the held-out ones: it depends on its numbers alone. */
export function isHeldoutSlip(lines: readonly SlipLine[]): boolean {
  return lines.reduce((sum, { quantity, price }) => sum + quantity + price, 0) % heldoutModulus === 0
}

function writeSlip(forms: Forms, { name, unit, lines }: Omit<Slip, 'messages'>, request: string): string {
  const rows = lines.map(({ good, quantity, price }) =>
    fill(forms.slipLine, { good, quantity: `${quantity}`, price: `${price}`, unit }),
  )
  return [fill(forms.slipTitle, { name }), ...rows, request].join('\n')
}

/** @param sets of goods, of the same split */
function makeSlip(forms: Forms, sets: string[][], split: Split, draws: Draws): Slip {
  const size = draws.pick(lineCounts, lineWeights)
  const left = [...draws.pick(sets.filter((goods) => goods.length === size))]
  const order: string[] = []
  while (left.length > 0) order.push(left.splice(left.indexOf(draws.pick(left)), 1)[0]!)
  const numbers = () =>
    order.map((good) => ({ good, quantity: draws.pick(quantities), price: draws.pick(prices) }))
  let lines = numbers()
  while (isHeldoutSlip(lines) !== (split === 'held-out')) lines = numbers()
  const slip = { name: draws.pick(forms.names), unit: draws.pick(forms.units), lines }
  return {
    messages: [{ role: 'user', content: writeSlip(forms, slip, draws.pick(forms.requests)) }],
    ...slip,
  }
}

/**
 * Slips with distinct lines. A longer list begins with the shorter list.
 *
 * @param options.n how many, at most 10,000 held-out and 100,000 training slips
 */
export function makeSlips(forms: Forms, { seed, n, split }: PromptOptions): Slip[] {
  assert(n <= (split === 'train' ? 100_000 : 10_000), `The world has too few ${split} prompts for ${n}.`)
  const sets = setsOf(forms, split)
  const slips = new Map<string, Slip>()
  for (let i = 0; slips.size < n; i++) {
    const slip = makeSlip(forms, sets, split, drawsOf({ seed, stream: `world/forms/prompts/${split}` }, i))
    const key = JSON.stringify(slip.lines)
    if (!slips.has(key)) slips.set(key, slip)
  }
  return [...slips.values()]
}

const slots = { name: '[a-z]+', good: '[a-z]+', quantity: '\\d', price: '\\d', unit: '[a-z]+' }

/** What a prompt of this world asks, read from its words; null if it is not a prompt of this world. */
export function readSlip(forms: Forms, messages: Message[]): Slip | null {
  const [title = '', ...rows] = (messages.at(-1)?.content ?? '').split('\n')
  const request = rows.pop() ?? ''
  const name = matchTemplate(forms.slipTitle, slots, { text: title, at: 0 })?.words.name
  const read = rows.map((text) => matchTemplate(forms.slipLine, slots, { text, at: 0 })?.words)
  const lines = read.map((words) => ({
    good: words?.good ?? '',
    quantity: Number(words?.quantity),
    price: Number(words?.price),
  }))
  const units = new Set(read.map((words) => words?.unit))
  const [unit = ''] = units
  const isSlip =
    name !== undefined &&
    forms.names.includes(name) &&
    forms.requests.includes(request) &&
    lines.length > 0 &&
    lines.every(({ good }) => Object.hasOwn(forms.goods, good)) &&
    new Set(lines.map(({ good }) => good)).size === lines.length &&
    units.size === 1 &&
    forms.units.includes(unit)
  return isSlip ? { messages, name, unit, lines } : null
}
