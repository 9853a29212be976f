/**
 * The secret that browser sessions are derived from, kept in the user's settings so that an open window stays valid when
 * the server is restarted. Only this user can read it, and it is replaced after a month.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const maxAgeMs = 30 * 24 * 3600 * 1000
const secretLength = 43 // 32 bytes in base64url

/** @param folder of the user's settings; without write access to it, sessions end with the server */
export function sessionSecret(folder: string): string {
  const file = path.join(folder, 'session-secret')
  const secret = kept(file) ?? randomBytes(32).toString('base64url')
  try {
    if (kept(file) === null) keep(file, secret)
  } catch {
    // The folder cannot be written: a window has to open the printed address again after a restart.
  }
  return secret
}

/** Null if there is none, or it is old, truncated, or readable by others. */
function kept(file: string): string | null {
  try {
    const { mode, mtimeMs } = statSync(file)
    const isOpenToOthers = process.platform !== 'win32' && (mode & 0o077) !== 0
    const secret = readFileSync(file, 'utf8')
    return isOpenToOthers || Date.now() - mtimeMs > maxAgeMs || secret.length !== secretLength ? null : secret
  } catch {
    return null
  }
}

function keep(file: string, secret: string): void {
  mkdirSync(path.dirname(file), { recursive: true })
  const fresh = `${file}.${process.pid}.new`
  writeFileSync(fresh, secret, { mode: 0o600 })
  renameSync(fresh, file)
}
