/** Seconds of each stage of an experiment, summed over arms and seeds. */
import type { ResultRecord } from '../../contract/report.ts'

export class StageClock {
  readonly #seconds = new Map<string, number>()

  async time<T>(name: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now()
    const result = await work()
    this.#seconds.set(name, (this.#seconds.get(name) ?? 0) + (performance.now() - start) / 1000)
    return result
  }

  stages(): ResultRecord['stages'] {
    return [...this.#seconds].map(([name, seconds]) => ({ name, seconds }))
  }
}
