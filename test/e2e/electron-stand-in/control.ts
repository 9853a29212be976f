/** Runs the test's functions in the main process, as Playwright's `electronApp.evaluate` does. */
import * as electron from './electron.ts'

interface Request {
  id: number
  source: string
  argument: unknown
}

process.on('message', async ({ id, source, argument }: Request) => {
  try {
    // biome-ignore lint/security/noGlobalEval: the source of the test's own function
    const value = await globalThis.eval(`(${source})`)(electron, argument)
    process.send?.({ id, value })
  } catch (error) {
    process.send?.({ id, error: String(error) })
  }
})
process.channel?.unref()
