/** The editor's changes as the operations that a revision stores, and the time on task. */
import type { ChangeSet, Text } from '@codemirror/state'
import type { Annotation } from '../../electron/contract/records.ts'

export type Operation = Annotation['operations'][number]

/** @param before the document that the changes were made to */
export function operationsOf(changes: ChangeSet, before: Text, elapsedMs: number): Operation[] {
  const operations: Operation[] = []
  let shift = 0
  // biome-ignore lint/complexity/useMaxParams: CodeMirror calls it so
  changes.iterChanges((from, to, _fromNow, _toNow, inserted) => {
    const removed = before.sliceString(from, to)
    operations.push({ at: from + shift, removed, inserted: inserted.toString(), elapsedMs })
    shift += inserted.length - (to - from)
  })
  return operations
}

/** Longer pauses count as this much: the user was elsewhere. */
const maxPauseMs = 30_000

/** Time on task: the time between the user's actions, with long pauses cut short. */
export class TaskClock {
  #activeMs: number
  #last: number

  constructor(activeMs: number, now: number) {
    this.#activeMs = activeMs
    this.#last = now
  }

  /** Counts an action. @returns the milliseconds so far */
  touch(now: number): number {
    this.#activeMs += Math.min(now - this.#last, maxPauseMs)
    this.#last = now
    return this.#activeMs
  }

  /** @returns the milliseconds so far, without an action */
  peek(now: number): number {
    return this.#activeMs + Math.min(now - this.#last, maxPauseMs)
  }
}
