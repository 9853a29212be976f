/**
 * The key of this browser's session with `stet serve`. It comes with the page that the printed address opens, and is
 * kept in the storage of this origin, which servers on other ports cannot read.
 */
import {
  keyHeader,
  keyMeta,
  keyProtocol,
  sessionPath,
  socketProtocol,
} from '../../electron/contract/web-session.ts'

const storageName = 'stet-key'
/** For a browser without storage. */
let current = ''

/** Takes the key out of the page, and the token out of its address. */
export function receiveKey(): void {
  const meta = document.querySelector(`meta[name="${keyMeta}"]`)
  if (meta === null) return
  current = meta.getAttribute('content') ?? ''
  meta.remove()
  history.replaceState(history.state, '', `/${location.hash}`)
  try {
    localStorage.setItem(storageName, current)
  } catch {
    // Storage is refused: the printed address has to be opened again when this page is reloaded.
  }
}

/** Another tab may have received a newer one. */
function sessionKey(): string {
  try {
    return localStorage.getItem(storageName) ?? current
  } catch {
    return current
  }
}

export function socketProtocols(): string[] {
  return [socketProtocol, keyProtocol(sessionKey())]
}

/** Whether the server is there and does not know this browser. */
export async function isRefused(): Promise<boolean> {
  try {
    const request = { headers: { [keyHeader]: sessionKey() }, signal: AbortSignal.timeout(2000) }
    return (await fetch(sessionPath, { cache: 'no-store', ...request })).status === 401
  } catch {
    return false
  }
}
