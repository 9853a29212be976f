/** One Chromium for a test file, without a window and without a word to the network. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import { type Browser, chromium } from 'playwright'
import { findChromium } from '../../native/chromium-setup.mjs'

const flags = [
  '--no-sandbox', // tests run as root in containers
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

let browser: Promise<Browser> | null = null
after(async () => {
  await (await browser)?.close()
})

export function theBrowser(): Promise<Browser> {
  const executablePath = findChromium() ?? chromium.executablePath()
  browser ??= chromium.launch({ executablePath, args: flags })
  return browser
}

/** A folder of this test file's own, removed at its end. */
export function freshFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'stet-e2e-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}
