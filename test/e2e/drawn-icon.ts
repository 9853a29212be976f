/** The app's icon as Chromium draws it. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright'

const drawing = path.resolve(import.meta.dirname, '../../resources/icon.svg')
const size = 1024

/** @returns a PNG of resources/icon.svg, 1024 pixels wide, on a transparent ground */
export async function drawnIcon(browser: Browser): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  await page.setContent(
    `<style>body { margin: 0 } svg { display: block }</style>${readFileSync(drawing, 'utf8')}`,
  )
  const png = await page.screenshot({ omitBackground: true })
  await page.close()
  return png
}
