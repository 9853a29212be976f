/**
 * Notices that another process has fallen silent. Time is counted in ticks of this process, so a moment in which it
 * was itself held up, or the machine asleep, counts as one tick and not as silence.
 */

const tickMs = 500

export class Silence {
  #silentMs = 0

  /** The other process has given a sign of life. */
  heard(): void {
    this.#silentMs = 0
  }

  /**
   * @param limitMs asked at each tick
   * @param onSilent called once, when the limit is reached
   * @returns stops watching
   */
  watch(limitMs: () => number, onSilent: (silentMs: number) => void): () => void {
    this.#silentMs = 0
    const timer = setInterval(() => {
      this.#silentMs += tickMs
      if (this.#silentMs < limitMs()) return
      clearInterval(timer)
      onSilent(this.#silentMs)
    }, tickMs)
    return () => clearInterval(timer)
  }
}
