/** One Chromium per test file, without a window or background network access. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import { type Browser, chromium } from 'playwright'
import { chromiumFlags, chromiumProgram } from './chromium-flags.ts'

let browser: Promise<Browser> | null = null
after(async () => {
  await (await browser)?.close()
})

export function theBrowser(): Promise<Browser> {
  browser ??= chromium.launch({ executablePath: chromiumProgram(), args: chromiumFlags })
  return browser
}

/** A temporary folder of this test file, removed at its end. */
export function freshFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'stet-e2e-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}
