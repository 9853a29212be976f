/** Finds a Chromium for the browser tests; in CI, on Debian as root, installs one if there is none. */
import { existsSync } from 'node:fs'
import { log, SetupError } from './log.mjs'
import { findProgram, run } from './processes.mjs'

const programs = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge']
const usualPaths = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** @returns {string | null} path of a Chromium: what STET_CHROMIUM or CHROMIUM names, else the system's */
export function findChromium() {
  const named = process.env.STET_CHROMIUM ?? process.env.CHROMIUM
  if (named) return named
  const installed = programs.map((name) => findProgram(name)).find((program) => program !== null)
  return installed ?? usualPaths.find((file) => existsSync(file)) ?? null
}

/** @returns {Promise<string>} path of a Chromium */
export async function ensureChromium() {
  const existing = findChromium()
  if (existing !== null) return existing
  if (mayInstall()) await install()
  const installed = findChromium()
  if (installed !== null) return installed
  throw new SetupError(
    'The browser tests need Chromium or Chrome. Install it (on Debian: sudo apt-get install chromium fonts-liberation), or set STET_CHROMIUM to its path.',
  )
}

/** Only CI machines are changed without asking. */
function mayInstall() {
  return process.env.CI === 'true' && process.getuid?.() === 0 && findProgram('apt-get') !== null
}

async function install() {
  log('installing Chromium with apt-get…')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const packages = ['chromium', 'fonts-liberation']
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const { ok, output } = await run('apt-get', args, { env })
    if (!ok)
      throw new SetupError(`apt-get ${args[0]} failed: ${output.trim().split('\n').slice(-3).join(' ')}`)
  }
}
