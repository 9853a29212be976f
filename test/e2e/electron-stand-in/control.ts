/** The test's hand in the main process: runs functions that it sends, as Playwright's `electronApp.evaluate` does. */
import * as electron from './electron.ts'

interface Request {
  id: number
  source: string
  argument: unknown
}

process.on('message', async ({ id, source, argument }: Request) => {
  try {
    // biome-ignore lint/security/noGlobalEval: the test's own function, by its text
    const value = await globalThis.eval(`(${source})`)(electron, argument)
    process.send?.({ id, value })
  } catch (error) {
    process.send?.({ id, error: String(error) })
  }
})
process.channel?.unref()
