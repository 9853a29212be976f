/** Chooses TensorFlow's libraries for a machine, downloads them, and keeps only what the addon needs. */
import { createHash } from 'node:crypto'
import fs, {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { publish, readJson } from './cache.mjs'
import { megabytes, SetupError, startProgress } from './log.mjs'
import { cpuWheels, cudaWheels, libtensorflowArchives, wheelMembers, wheelPlatforms } from './pins.mjs'
import { findProgram, run } from './processes.mjs'

/** @typedef {import('./pins.mjs').Libraries} Libraries */

/**
 * @param {{ platform: string, hasPip: boolean, hasNvidia: boolean }} machine `platform` such as `linux-x64`
 * @returns {Libraries[]} libraries for this machine, the best first; empty if there are none
 */
export function librariesFor({ platform, hasPip, hasNvidia }) {
  /** @type {Libraries[]} */
  const choices = []
  const wheel = cpuWheels[platform]
  if (wheel && hasPip) {
    if (hasNvidia && platform === 'linux-x64') {
      choices.push({ version: wheel.version, cuda: true, keptBytes: 5.7e9, wheels: cudaWheels })
    }
    choices.push({ version: wheel.version, cuda: false, keptBytes: 0.9e9, wheels: [wheel] })
  }
  const archive = libtensorflowArchives[platform]
  if (archive) {
    const base = process.env.TFJS_NODE_CDN_STORAGE ?? 'https://storage.googleapis.com/'
    choices.push({ version: archive.version, cuda: false, keptBytes: 0.6e9, archive: base + archive.file })
  }
  return choices
}

/**
 * @param {Libraries} libraries
 * @returns {string} name of their folder; other pins or patterns give another name
 */
export function librariesName(libraries) {
  const content = 'wheels' in libraries ? [wheelMembers, libraries.wheels] : libraries.archive
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 8)
  return `${libraries.version}-${libraries.cuda ? 'cuda' : 'cpu'}-${hash}`
}

/**
 * @param {string} cache
 * @param {Libraries} libraries
 * @returns {string} their folder, whether or not it exists
 */
export function librariesFolder(cache, libraries) {
  return path.join(cache, 'tensorflow', librariesName(libraries))
}

/** @param {{ version: string, cuda: boolean }} libraries */
export function describeLibraries({ version, cuda }) {
  return `TensorFlow ${version}${cuda ? ' with CUDA' : ''}`
}

const contentsFile = 'contents.json'

/**
 * @param {string} folder
 * @returns {boolean} whether every file exists with its full size
 */
export function librariesComplete(folder) {
  const contents = /** @type {Record<string, number> | null} */ (readJson(path.join(folder, contentsFile)))
  if (contents === null) return false
  return Object.entries(contents).every(
    ([file, bytes]) => statSync(path.join(folder, file), { throwIfNoEntry: false })?.size === bytes,
  )
}

/**
 * Downloads the libraries into the cache unless they are there. Call it under the cache's lock.
 * @param {string} cache
 * @param {Libraries} libraries
 * @param {string[] | null} python how to call a Python that has pip
 */
export async function ensureLibraries(cache, libraries, python) {
  const folder = librariesFolder(cache, libraries)
  if (librariesComplete(folder)) return
  mkdirSync(cache, { recursive: true })
  requireSpace(cache, libraries)
  await publish(folder, async (temporary) => {
    if ('wheels' in libraries) {
      if (python === null) throw new SetupError('Python with pip was not found')
      await downloadWheels(libraries, python, temporary)
    } else await downloadArchive(libraries, temporary)
    writeFileSync(path.join(temporary, contentsFile), JSON.stringify(fileSizes(temporary), null, 1))
  })
}

/**
 * @param {string} cache
 * @param {Libraries} libraries
 */
function requireSpace(cache, libraries) {
  const largest =
    'wheels' in libraries ? Math.max(...libraries.wheels.map((wheel) => wheel.sizeBytes)) : 0.4e9
  const neededBytes = libraries.keptBytes + largest
  if (fs.statfsSync === undefined) return // Node before 18.15
  const { bavail, bsize } = fs.statfsSync(cache)
  if (bavail * bsize < neededBytes) {
    throw new SetupError(
      `TensorFlow ${libraries.version} needs ${megabytes(neededBytes)} MB in ${cache}, which has ${megabytes(bavail * bsize)} MB free`,
    )
  }
}

/**
 * @param {string} folder
 * @returns {Record<string, number>} bytes by path, without headers
 */
function fileSizes(folder) {
  /** @type {Record<string, number>} */
  const sizes = {}
  const visit = (/** @type {string} */ relative) => {
    for (const entry of readdirSync(path.join(folder, relative), { withFileTypes: true })) {
      const name = path.join(relative, entry.name)
      if (entry.isDirectory()) visit(name)
      else if (!name.endsWith('.h')) sizes[name] = statSync(path.join(folder, name)).size
    }
  }
  visit('')
  return sizes
}

/**
 * @param {import('./pins.mjs').WheelLibraries} libraries
 * @param {string[]} python
 * @param {string} folder
 */
async function downloadWheels(libraries, python, folder) {
  const totalBytes = libraries.wheels.reduce((sum, wheel) => sum + wheel.sizeBytes, 0)
  const name = describeLibraries(libraries)
  const progress = startProgress(`downloading ${name} (${megabytes(totalBytes)} MB, once)`, totalBytes)
  let doneBytes = 0
  try {
    for (const wheel of libraries.wheels) {
      const downloads = path.join(folder, 'downloads')
      mkdirSync(downloads)
      const file = await withWatch(
        () => downloadWheel(wheel, python, downloads),
        () => progress.update(doneBytes + Math.min(folderBytes(downloads), wheel.sizeBytes)),
      )
      doneBytes += wheel.sizeBytes
      progress.update(doneBytes)
      await unpackWheel(file, python, folder)
      rmSync(downloads, { recursive: true })
    }
  } finally {
    progress.end()
  }
}

/** Wheels for Python 3.12 from any Python, only with the pinned hash, without asking or caching. */
const pipOptions = [
  '--require-hashes',
  '--no-deps',
  '--only-binary=:all:',
  '--implementation=cp',
  '--python-version=3.12',
  '--no-cache-dir',
  '--disable-pip-version-check',
  '--no-input',
  '--retries=2',
  '--timeout=30',
]

/**
 * Uses pip, which knows the machine's mirrors, proxies and certificates; only a file with the pinned hash is accepted.
 * @param {import('./pins.mjs').Wheel} wheel
 * @param {string[]} python
 * @param {string} folder
 * @returns {Promise<string>} path of the wheel
 */
async function downloadWheel(wheel, [program = '', ...prefix], folder) {
  const requirements = path.join(folder, 'requirements.txt')
  writeFileSync(requirements, `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`)
  const platforms = wheelPlatforms[`${process.platform}-${process.arch}`] ?? []
  const args = [
    ...[...prefix, '-m', 'pip', 'download', '--requirement', requirements, '--dest', folder],
    ...pipOptions,
    ...platforms.flatMap((tag) => ['--platform', tag]),
  ]
  // pip fills its temporary folder first; in this one, progress can be watched and nothing is left behind.
  const downloaded = await run(program, args, { env: { ...process.env, TMPDIR: folder } })
  const file = readdirSync(folder).find((name) => name.endsWith('.whl'))
  if (downloaded.ok && file) return path.join(folder, file)
  throw new SetupError(
    `pip could not download ${wheel.name} ${wheel.version} (${downloadFailure(downloaded.output)})`,
  )
}

/**
 * @param {string} output what pip printed
 * @returns {string} the reason in a few words
 */
export function downloadFailure(output) {
  if (/No space left on device/.test(output)) return 'the disk is full'
  if (/HASHES? (DO|IS|ARE|NOT)|do not match the hashes/i.test(output))
    return 'the file does not have the pinned hash'
  if (
    /NewConnectionError|NameResolutionError|Max retries|timed out|Connection (refused|broken|aborted)/i.test(
      output,
    )
  ) {
    return 'the package index could not be reached'
  }
  if (/No matching distribution/.test(output))
    return 'the package index does not have it, or could not be reached'
  const errors = output.split('\n').filter((line) => line.startsWith('ERROR: '))
  return errors.at(-1)?.replace('ERROR: ', '').trim() ?? 'no reason given'
}

/**
 * @param {string} wheel
 * @param {string[]} python
 * @param {string} folder
 */
async function unpackWheel(wheel, [program = '', ...prefix], folder) {
  const script = fileURLToPath(new URL('unpack-wheel.py', import.meta.url))
  const done = await run(program, [...prefix, script, wheel, folder, ...wheelMembers])
  if (!done.ok) {
    throw new SetupError(`${path.basename(wheel)} could not be unpacked (${lastLine(done.output)})`)
  }
}

/**
 * @param {import('./pins.mjs').ArchiveLibraries} libraries
 * @param {string} folder
 */
async function downloadArchive(libraries, folder) {
  const file = path.join(folder, 'libtensorflow.tar.gz')
  await downloadFile(libraries.archive, file, `libtensorflow ${libraries.version}`)
  const tar = findProgram('tar')
  if (tar === null) throw new SetupError('the program tar was not found')
  const done = await run(tar, ['-xzf', file, '-C', folder])
  if (!done.ok) throw new SetupError(`libtensorflow could not be unpacked (${lastLine(done.output)})`)
  rmSync(file)
}

/**
 * @param {string} address
 * @param {string} file
 * @param {string} name for messages
 */
async function downloadFile(address, file, name) {
  try {
    const response = await fetch(address)
    if (!response.ok || response.body === null) throw new Error(`status ${response.status}`)
    const totalBytes = Number(response.headers.get('content-length') ?? 0) || 150e6
    const progress = startProgress(`downloading ${name} (${megabytes(totalBytes)} MB, once)`, totalBytes)
    const body = Readable.fromWeb(/** @type {import('node:stream/web').ReadableStream} */ (response.body))
    await withWatch(
      () => pipeline(body, createWriteStream(file)),
      () => progress.update(existsSync(file) ? statSync(file).size : 0),
    ).finally(progress.end)
  } catch (error) {
    const why =
      error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : error
    throw new SetupError(`${name} could not be downloaded (${why})`)
  }
}

/**
 * @template T
 * @param {() => Promise<T>} work
 * @param {() => void} look called four times per second meanwhile
 * @returns {Promise<T>}
 */
async function withWatch(work, look) {
  const timer = setInterval(look, 250)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}

/** @param {string} folder whose files may appear and disappear meanwhile */
function folderBytes(folder) {
  let bytes = 0
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name)
      bytes += entry.isDirectory() ? folderBytes(file) : statSync(file).size
    }
  } catch {
    // A file that has disappeared is not counted.
  }
  return bytes
}

/** @param {string} output */
function lastLine(output) {
  return output.trim().split('\n').at(-1) ?? ''
}
