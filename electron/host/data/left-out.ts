/** Edits that are too long to be labelled: they are left out, counted and named, and the others are labelled. */
import type { Hooks } from '../../contract/events.ts'
import type { EditedPair } from '../../contract/records.ts'

/** More are only counted. */
const maxNamed = 10

export class LeftOut {
  readonly #pairs: EditedPair[] = []

  add(pair: EditedPair): void {
    this.#pairs.push(pair)
  }

  get count(): number {
    return this.#pairs.length
  }

  /** Tells which they are. */
  note({ emit }: Pick<Hooks, 'emit'>): void {
    if (this.count === 0) return
    const named = this.#pairs
      .slice(0, maxNamed)
      .map(({ item, rejected, edited }) => `${item.id} (${rejected.length} and ${edited.length} characters)`)
    const more = this.count > maxNamed ? ` and ${this.count - maxNamed} more` : ''
    const subject = this.count === 1 ? '1 edit is' : `${this.count} edits are`
    const sentence = `${subject} too long to label and left out: ${named.join(', ')}${more}. Split such items into shorter ones.`
    emit({ type: 'note', sentence })
  }
}
