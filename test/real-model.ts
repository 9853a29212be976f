/** Finds the real model, SmolLM2-135M-Instruct, for the tests that need one; fetches it if it is not there yet. */
import type { TestContext } from 'node:test'
import { realModel } from '../native/setup/real-model.mjs'

/**
 * @returns path of its GGUF, or null after skipping the test if it cannot be had; with CI=true that is an error
 */
export async function realModelOrSkip(t: TestContext): Promise<string | null> {
  try {
    return await realModel()
  } catch (error) {
    if (process.env.CI === 'true') throw error
    t.skip(`The real model is not here: ${error instanceof Error ? error.message : error}`)
    return null
  }
}
