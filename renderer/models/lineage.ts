/** The models of a project in the order of their descent, and the win rate of each. */
import type { EvaluationRecord } from '../../electron/contract/judge.ts'
import type { ModelRecord } from '../../electron/contract/models.ts'

export interface Node {
  model: ModelRecord
  /** How many of its ancestors the project lists. */
  depth: number
}

/** @param models the newest first @returns each model right after the one that it was trained from, the oldest first */
export function descent(models: readonly ModelRecord[]): Node[] {
  const oldestFirst = [...models].reverse()
  const names = new Set(models.map(({ name }) => name))
  const parentOf = ({ from, name }: ModelRecord) =>
    from !== null && from !== name && names.has(from) ? from : null
  const children = Map.groupBy(oldestFirst, parentOf)
  const placed = new Set<string>()
  const nodes: Node[] = []
  const place = (model: ModelRecord, depth: number) => {
    if (placed.has(model.id)) return
    placed.add(model.id)
    nodes.push({ model, depth })
    for (const child of children.get(model.name) ?? []) place(child, depth + 1)
  }
  for (const model of children.get(null) ?? []) place(model, 0)
  // Renamed models can make a circle, which has no first model.
  for (const model of oldestFirst) place(model, 0)
  return nodes
}

export interface WinRate {
  value: number
  /** With the interval, the opponent and the judge. */
  sentence: string
}

/**
 * @param evaluations the newest first
 * @returns by the candidate's name, what its newest finished evaluation says; a check on length says nothing of quality
 */
export function winRates(evaluations: readonly EvaluationRecord[]): Map<string, WinRate> {
  const rates = new Map<string, WinRate>()
  for (const { candidate, reference, judge, isCheck, summary } of evaluations) {
    if (candidate === null || summary === null || isCheck || rates.has(candidate)) continue
    const [low, high] = [summary.interval.low, summary.interval.high].map((edge) => edge.toFixed(1))
    rates.set(candidate, {
      value: summary.winRate,
      sentence: `${summary.winRate.toFixed(1)}%, ${low} to ${high}, against ${reference ?? 'its reference'}, judged by ${judge ?? 'an unknown judge'}`,
    })
  }
  return rates
}
