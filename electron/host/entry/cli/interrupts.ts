/** Ctrl-C: the first asks the work to stop at a point where nothing is lost; the second ends the process at once. */

export interface Interrupts {
  signal: AbortSignal
  stop(): void
}

export function watchInterrupts(): Interrupts {
  const controller = new AbortController()
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130)
    process.stderr.write('\nstet: stopping after the current step; press Ctrl-C again to end it at once.\n')
    controller.abort()
  }
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const name of signals) process.on(name, interrupt)
  return {
    signal: controller.signal,
    stop() {
      for (const name of signals) process.off(name, interrupt)
    },
  }
}
