/**
 * Writes THIRD-PARTY-NOTICES.txt: every package of the installed app with its licence, from package-lock.json and the
 * packages themselves. `node native/bootstrap.mjs native/scripts/third-party-notices.mjs`
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * @typedef {{ version?: string, license?: string, dev?: boolean, integrity?: string, resolved?: string,
 *   hasInstallScript?: boolean, dependencies?: Record<string, string> }} LockedPackage
 */

const root = path.resolve(import.meta.dirname, '../..')
export const noticesFile = path.join(root, 'THIRD-PARTY-NOTICES.txt')

/** Packages for development whose code is in the renderer's bundle. */
const bundled = ['react', 'react-dom', 'scheduler']

const prefix = 'node_modules/'

/** @returns {Record<string, LockedPackage>} by folder, the clone itself left out */
export function lockedPackages() {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
  const { '': _, ...others } = packages
  return others
}

/** @returns {[folder: string, locked: LockedPackage][]} what the installed app contains, sorted by name */
export function shippedPackages() {
  const shipped = Object.entries(lockedPackages()).filter(
    ([folder, { dev }]) => !dev || bundled.includes(folder.slice(prefix.length)),
  )
  return shipped.sort(([a], [b]) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : a < b ? -1 : 1))
}

/** @param {string} folder of a package, perhaps inside another's */
export function nameOf(folder) {
  return folder.slice(folder.lastIndexOf(prefix) + prefix.length)
}

/**
 * The texts of a package's licence, with its notices.
 * @param {string} folder
 */
function textsOf(folder) {
  const files = readdirSync(path.join(root, folder), { withFileTypes: true })
  return files
    .filter((file) => file.isFile() && /^(licen[cs]e|copying|notice)/i.test(file.name))
    .map(({ name }) => name)
    .sort()
    .map((name) => readFileSync(path.join(root, folder, name), 'utf8'))
    .map((text) =>
      text
        .replace(/\r\n?/g, '\n')
        .replace(/[ \t]+$/gm, '')
        .trim(),
    )
}

/** @param {string} folder */
function authorOf(folder) {
  const { author } = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'))
  const name = typeof author === 'string' ? author.replace(/\s*[<(].*/, '') : author?.name
  return name ? ` Its author is ${name}.` : ''
}

const introduction = `The installed Stet contains the packages below, which have these licences. Electron, which it also contains, comes with
its own notices (LICENSES.chromium.html). Made by native/scripts/third-party-notices.mjs; do not edit.`

/** @returns {string} the content of the file: packages with the same text are listed together */
export function notices() {
  /** @type {Map<string, string[]>} */
  const packagesOf = new Map()
  for (const [folder, { version, license }] of shippedPackages()) {
    const texts = textsOf(folder)
    const text =
      texts.join('\n\n') || `The package has no text of its licence (${license}).${authorOf(folder)}`
    const title = `${nameOf(folder)} ${version} (${license})`
    packagesOf.set(text, [...(packagesOf.get(text) ?? []), title])
  }
  const line = '-'.repeat(80)
  const parts = [...packagesOf].map(([text, titles]) => `${[...new Set(titles)].join('\n')}\n\n${text}`)
  return `${[introduction, ...parts].join(`\n\n${line}\n\n`)}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(noticesFile, notices())
