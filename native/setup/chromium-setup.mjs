/** Finds a Chromium for the browser tests; in CI, on Debian as root, it installs one where there is none. */
import { existsSync } from 'node:fs'
import { SetupError, say } from './log.mjs'
import { findProgram, run } from './processes.mjs'

const programs = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge']
const places = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** @returns {string | null} path of a Chromium; STET_CHROMIUM or CHROMIUM names another than the system's */
export function findChromium() {
  const named = process.env.STET_CHROMIUM ?? process.env.CHROMIUM
  if (named) return named
  const found = programs.map((name) => findProgram(name)).find((program) => program !== null)
  return found ?? places.find((place) => existsSync(place)) ?? null
}

/** @returns {Promise<string>} path of a Chromium */
export async function ensureChromium() {
  const found = findChromium()
  if (found !== null) return found
  if (mayInstall()) await install()
  const installed = findChromium()
  if (installed !== null) return installed
  throw new SetupError(
    'The browser tests need Chromium or Chrome. Install it (on Debian: sudo apt-get install chromium fonts-liberation), or name its program in STET_CHROMIUM.',
  )
}

/** Only a machine made for tests is changed unasked. */
function mayInstall() {
  return process.env.CI === 'true' && process.getuid?.() === 0 && findProgram('apt-get') !== null
}

async function install() {
  say('Installing Chromium by apt-get…')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const packages = ['chromium', 'fonts-liberation']
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const { ok, output } = await run('apt-get', args, { env })
    if (!ok)
      throw new SetupError(`apt-get ${args[0]} failed: ${output.trim().split('\n').slice(-3).join(' ')}`)
  }
}
