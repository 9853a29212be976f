/**
 * Draws resources/icon.png, which the packages' icons are made from, from resources/icon.svg.
 *
 *     node native/bootstrap.mjs test/e2e/icon.ts
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { ensureChromium } from '../../native/setup/chromium-setup.mjs'
import { theBrowser } from './browser.ts'
import { drawnIcon } from './drawn-icon.ts'

process.env.STET_CHROMIUM = await ensureChromium()
const browser = await theBrowser()
writeFileSync(path.resolve(import.meta.dirname, '../../resources/icon.png'), await drawnIcon(browser))
await browser.close()
process.exit(0)
