/** What the parts of the job that serves a model have in common. */
import { UserError } from '../../../contract/errors.ts'
import type { ServeAsk, ServeReply } from '../../../contract/serving.ts'
import type { ModelWithTokenizer } from '../open-model.ts'

/** One kind of work on the model. */
export interface Desk {
  /** @returns whether the row is of this kind; if so, it will be answered */
  take(ask: ServeAsk): boolean
  drop(row: number): void
  /** Does a part of the work that waits. @returns false if none waits */
  step(): boolean
  dispose(): void
}

/** What a desk works with. */
export interface DeskTools extends ModelWithTokenizer {
  reply(reply: ServeReply): void
}

/** Runs a part of the work; what a client can be told ends its rows, and nothing else. */
export function refusing(rows: readonly number[], reply: DeskTools['reply'], work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    for (const row of rows) reply({ type: 'refused', row, sentence: error.message })
  }
}
