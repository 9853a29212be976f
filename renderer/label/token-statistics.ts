/** What the rewards of labelled tokens look like together: by label, by position, and where they are most often wrong. */
import type { LabelledPair, LabelledToken } from '../../electron/contract/label.ts'

export type Label = -1 | 0 | 1

export interface RewardedToken {
  text: string
  label: Label
  reward: number
  /** In its response, from 1. */
  position: number
}

type Pair = Pick<LabelledPair, 'rejected' | 'edited'>

/** All tokens of both responses that have a reward. */
export function rewardedTokens(pairs: readonly Pair[]): RewardedToken[] {
  const side = (tokens: readonly LabelledToken[]) =>
    tokens.flatMap(({ text, label, reward }, i) =>
      reward === null ? [] : [{ text, label: label as Label, reward, position: i + 1 }],
    )
  return pairs.flatMap(({ rejected, edited }) => [...side(rejected), ...side(edited)])
}

/** Zero and unit of a model's token rewards: the mean of unchanged tokens, and how far changed ones are from it. */
export interface RewardScale {
  unchanged: number
  /** 0 if nothing is changed. */
  size: number
}

export function rewardScale(tokens: readonly RewardedToken[]): RewardScale {
  const unchanged = mean(tokens.filter(({ label }) => label === 0).map(({ reward }) => reward)) ?? 0
  const changed = tokens.filter(({ label }) => label !== 0)
  return { unchanged, size: mean(changed.map(({ reward }) => Math.abs(reward - unchanged))) ?? 0 }
}

/** The label that a reward is nearest to, in the model's own scale. */
export function nearestLabel(reward: number, { unchanged, size }: RewardScale): Label {
  const inUnits = size === 0 ? 0 : (reward - unchanged) / size
  if (inUnits > 0.5) return 1
  return inUnits < -0.5 ? -1 : 0
}

export interface WrongToken {
  text: string
  label: Label
  /** Mean over the wrong ones. */
  reward: number
  times: number
  /** How often the token has this label, right or wrong. */
  of: number
}

/** Tokens by how often their reward is nearer to another label than to their own. */
export function mostOftenWrong(
  tokens: readonly RewardedToken[],
  scale: RewardScale,
  limit: number,
): WrongToken[] {
  const groups = new Map<string, { text: string; label: Label; wrong: number[]; of: number }>()
  for (const { text, label, reward } of tokens) {
    const word = text.trim()
    if (word === '') continue
    const key = `${label} ${word}`
    const group = groups.get(key) ?? { text: word, label, wrong: [], of: 0 }
    group.of++
    if (nearestLabel(reward, scale) !== label) group.wrong.push(reward)
    groups.set(key, group)
  }
  return [...groups.values()]
    .filter(({ wrong }) => wrong.length > 0)
    .sort((a, b) => b.wrong.length - a.wrong.length || b.wrong.length / b.of - a.wrong.length / a.of)
    .slice(0, limit)
    .map(({ text, label, wrong, of }) => ({ text, label, reward: mean(wrong)!, times: wrong.length, of }))
}

export type Points = [x: number, y: number][]

const gridSteps = 80

/**
 * A Gaussian kernel estimate of where values lie; its highest point is 1, so that rare labels are seen beside frequent ones.
 * The bandwidth is Silverman's rule of thumb (1986, section 3.4.2), but not less than a fortieth of the range.
 */
export function density(values: readonly number[], [from, to]: readonly [number, number]): Points {
  if (values.length === 0 || to <= from) return []
  const middle = mean(values)!
  const spread = Math.sqrt(mean(values.map((value) => (value - middle) ** 2))!)
  const width = Math.max((to - from) / 40, 1.06 * spread * values.length ** -0.2)
  const points: Points = Array.from({ length: gridSteps + 1 }, (_, i) => {
    const x = from + ((to - from) * i) / gridSteps
    return [x, values.reduce((sum, value) => sum + Math.exp(-(((x - value) / width) ** 2) / 2), 0)]
  })
  const highest = Math.max(...points.map(([, y]) => y))
  return points.map(([x, y]) => [x, highest === 0 ? 0 : y / highest])
}

/** A mean of fewer tokens says nothing. */
const minTokens = 5
const maxPlaces = 30

/** Mean reward along the response. Neighbouring positions are taken together in long responses. */
export function rewardByPosition(tokens: readonly RewardedToken[], label: Label): Points {
  const last = tokens.reduce((most, { position }) => Math.max(most, position), 1)
  const perPlace = Math.ceil(last / maxPlaces)
  const places = new Map<number, number[]>()
  for (const token of tokens) {
    if (token.label !== label) continue
    const place = Math.floor((token.position - 1) / perPlace)
    const rewards = places.get(place) ?? []
    rewards.push(token.reward)
    places.set(place, rewards)
  }
  return [...places]
    .filter(([, rewards]) => rewards.length >= minTokens)
    .sort(([a], [b]) => a - b)
    .map(([place, rewards]) => [place * perPlace + (perPlace + 1) / 2, mean(rewards)!])
}

export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(share * (sorted.length - 1))]
}

/** 1, 2 or 5 times a power of ten that is not below the value. */
export function niceLimit(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 5, 10].find((each) => each * power >= value * 0.999) ?? 10
  return step * power
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length
}
