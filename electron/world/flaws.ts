/** What can be wrong with a response in a sample world, what it costs, and where it is. */

/** Cost of each kind of flaw; the better of two responses is the one whose flaws cost less. */
export const flawCosts = {
  /** A fact asked about is stated wrongly. */
  wrong: 1,
  /** A fact is stated as it was before, although the prompt says what replaced it. */
  outdated: 1,
  /** A number is not repeated as the prompt has it. */
  misread: 1,
  /** A sum lacks one piece. */
  'short-sum': 1,
  'wrong-unit': 1,
  'wrong-count': 1,
  /** A fact asked about is not stated. */
  missing: 1,
  /** A fact is stated that was not asked about. */
  'off-topic': 1,
  rude: 1,
  /** A sentence unknown to the world, or a greeting or closing out of place. */
  malformed: 1,
  /** The greeting has another name, or is missing. */
  'bad-name': 1,
  /** The response was cut off before it ended. */
  'no-eos': 1,
  hedge: 0.5,
  /** A line is below one that it should be above. */
  'out-of-order': 0.5,
  /** Something is repeated. */
  repeat: 0.5,
  'no-closing': 0.5,
} as const

export type FlawKind = keyof typeof flawCosts

/** What an editor notices only by comparing the response with the prompt, and so overlooks more often. */
export const isSubtle: Record<FlawKind, boolean> = {
  wrong: true,
  outdated: true,
  misread: true,
  'short-sum': true,
  'wrong-unit': true,
  'wrong-count': true,
  missing: true,
  'off-topic': false,
  rude: false,
  malformed: false,
  'bad-name': true,
  'no-eos': false,
  hedge: false,
  'out-of-order': true,
  repeat: false,
  'no-closing': false,
}

/** Characters of a response, half open. */
export interface Span {
  start: number
  end: number
}

export interface Flaw {
  kind: FlawKind
  cost: number
  /** The characters at fault; null if something is missing. */
  span: Span | null
}

export function flaw(kind: FlawKind, span: Span | null): Flaw {
  return { kind, cost: flawCosts[kind], span }
}

export function totalCost(flaws: Flaw[]): number {
  return flaws.reduce((sum, { cost }) => sum + cost, 0)
}
