/** The cache folder that clones share. Its contents are complete or absent, and only one setup at a time fills it. */
import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { log } from './log.mjs'
import { onInterrupt } from './processes.mjs'

/**
 * @param {{ env: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string }} [machine]
 * @returns {string} `$STET_CACHE`, else `stet` in the platform's cache folder
 */
export function cacheFolder({ env, platform, home } = thisMachine()) {
  if (env.STET_CACHE) return path.resolve(env.STET_CACHE)
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'stet')
  if (platform === 'win32') return path.join(env.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'), 'stet')
  return path.join(env.XDG_CACHE_HOME ?? path.join(home, '.cache'), 'stet')
}

function thisMachine() {
  return { env: process.env, platform: process.platform, home: os.homedir() }
}

/**
 * Creates a folder in one step: `fill` works in a temporary one next to it, which gets its name when complete.
 * Call it under the lock.
 * @param {string} folder
 * @param {(temporary: string) => Promise<void>} fill
 */
export async function publish(folder, fill) {
  const parent = path.dirname(folder)
  mkdirSync(parent, { recursive: true })
  const prefix = `${path.basename(folder)}.part-`
  for (const name of readdirSync(parent)) {
    if (name.startsWith(prefix)) rmSync(path.join(parent, name), { recursive: true, force: true })
  }
  const temporary = path.join(parent, prefix + process.pid)
  const discard = () => rmSync(temporary, { recursive: true, force: true })
  const stopCleanup = onInterrupt(discard)
  try {
    mkdirSync(temporary)
    await fill(temporary)
    rmSync(folder, { recursive: true, force: true })
    renameSync(temporary, folder)
  } finally {
    discard()
    stopCleanup()
  }
}

/**
 * Writes a file completely or not at all.
 * @param {string} file
 * @param {string} text
 */
export function writeWhole(file, text) {
  mkdirSync(path.dirname(file), { recursive: true })
  const temporary = `${file}.part-${process.pid}`
  writeFileSync(temporary, text)
  renameSync(temporary, file)
}

const heartbeatMs = 5_000
/** If a lock is not touched for this long, its owner is gone, or asleep with its machine. */
const staleMs = 60_000

/**
 * Runs `work` while holding the lock file; waits while another process holds it, and takes over from a dead one.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, work) {
  mkdirSync(path.dirname(file), { recursive: true })
  let waited = false
  while (!take(file)) {
    if (takeOver(file)) continue
    if (!waited) log('another setup is running on this machine; waiting')
    waited = true
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  const release = () => rmSync(file, { force: true })
  const stopCleanup = onInterrupt(release)
  const heartbeat = setInterval(() => touch(file), heartbeatMs)
  try {
    return await work()
  } finally {
    clearInterval(heartbeat)
    release()
    stopCleanup()
  }
}

/** @param {string} file */
function take(file) {
  try {
    const handle = openSync(file, 'wx')
    writeFileSync(handle, `${process.pid} ${os.hostname()}`)
    closeSync(handle)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

/**
 * Removes a dead owner's lock. If two processes see the same dead owner, the rename succeeds for only one of them; a
 * lock that turns out to belong to a living process is put back.
 * @param {string} file
 * @returns {boolean} whether the lock may be free now
 */
function takeOver(file) {
  const lock = readLock(file)
  if (lock === null) return true
  if (!isStale(lock)) return false
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
    if (readLock(aside)?.owner !== lock.owner) linkSync(aside, file)
  } catch {
    // Another process was faster.
  }
  rmSync(aside, { force: true })
  return true
}

/**
 * @param {string} file
 * @returns {{ owner: string, ageMs: number } | null}
 */
function readLock(file) {
  try {
    return { owner: readFileSync(file, 'utf8'), ageMs: Date.now() - statSync(file).mtimeMs }
  } catch {
    return null
  }
}

/** @param {{ owner: string, ageMs: number }} lock */
function isStale({ owner, ageMs }) {
  if (ageMs > staleMs) return true
  const [pid, host] = owner.split(' ')
  if (host !== os.hostname()) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return errorCode(error) === 'ESRCH'
  }
}

/** @param {string} file */
function touch(file) {
  try {
    utimesSync(file, new Date(), new Date())
  } catch {
    // The lock was taken over while this machine slept; the work is in temporary folders, so it does no harm.
  }
}

/**
 * @param {unknown} error
 * @returns {string | undefined} such as `ENOENT`
 */
export function errorCode(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

/**
 * @param {string} file
 * @returns {unknown} the parsed JSON, or null if the file is missing or invalid
 */
export function readJson(file) {
  try {
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
  } catch {
    return null
  }
}
