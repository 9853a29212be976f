/**
 * Runs the browser tests, all of them or those that an argument names by a part of their path. The page is built once
 * beforehand. Ends with one line `N passed, N failed`.
 */
import { readdirSync } from 'node:fs'
import { builtRenderer } from '../../electron/host/entry/serve/built-renderer.ts'
import { ensureChromium } from '../../native/setup/chromium-setup.mjs'
import { SetupError } from '../../native/setup/log.mjs'
import { runFiles } from '../run-files.ts'

function specs(patterns: string[]): string[] {
  const files = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.spec.ts'))
    .map((file) => `test/e2e/${file}`)
    .sort()
  return patterns.length === 0 ? files : files.filter((file) => patterns.some((part) => file.includes(part)))
}

async function main(patterns: string[]): Promise<boolean> {
  try {
    process.env.STET_CHROMIUM = await ensureChromium()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    console.log(`${error.message}\n0 passed, 1 failed`)
    return false
  }
  await builtRenderer(console.log)
  return runFiles(specs(patterns), {
    timeoutMs: 600_000,
    alone: (file) => file.endsWith('speed.spec.ts'),
    secondTries: process.env.CI ? 3 : 0,
  })
}

process.exit((await main(process.argv.slice(2))) ? 0 : 1)
