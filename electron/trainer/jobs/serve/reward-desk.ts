/** The reward at every token of given texts, by the reward model's own scheme. */
import type { AskOf, ServeAsk } from '../../../contract/serving.ts'
import { bucketLength } from '../../../engine/training/batch.ts'
import type { RewardScorer } from '../../../pipeline/reward/model.ts'
import { type RewardModel, scorerOf } from '../reward-card.ts'
import { type Desk, type DeskTools, refusing } from './desk.ts'

type Row = AskOf<'reward'>

const maxRows = 8

export class RewardDesk implements Desk {
  readonly #reply: DeskTools['reply']
  readonly #scorer: RewardScorer
  #waiting: Row[] = []

  constructor(opened: RewardModel, reply: DeskTools['reply']) {
    this.#reply = reply
    this.#scorer = scorerOf(opened)
  }

  take(ask: ServeAsk): boolean {
    if (ask.type !== 'reward') return false
    this.#waiting.push(ask)
    return true
  }

  drop(row: number): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting.row !== row)
  }

  step(): boolean {
    const [oldest] = this.#waiting
    if (!oldest) return false
    const responseLength = bucketLength(oldest.ids.length)
    const isAlike = ({ ids }: Row) => bucketLength(ids.length) === responseLength
    const batch = this.#waiting.filter(isAlike).slice(0, maxRows)
    this.#waiting = this.#waiting.filter((row) => !batch.includes(row))
    refusing(
      batch.map(({ row }) => row),
      this.#reply,
      () => this.#score(batch, responseLength),
    )
    return true
  }

  dispose(): void {
    this.#scorer.dispose()
  }

  #score(rows: readonly Row[], responseLength: number): void {
    const responses = rows.map(({ ids }) => ({ query: [], response: ids }))
    const size = rows.length === 1 ? 1 : maxRows
    // A query has at least one column, here of padding.
    const rewards = this.#scorer.tokenRewards(responses, size, { queryLength: 1, responseLength })
    for (const [i, { row }] of rows.entries())
      this.#reply({ type: 'rewarded', row, rewards: [...rewards[i]!] })
  }
}
