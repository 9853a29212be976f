/**
 * How a browser shows that it may use the server of `stet serve`. A cookie is sent to every server on the same machine,
 * whatever its port; so there is also a key, which the page keeps in its own origin's storage, where only pages of this
 * server and port can read it. It imports nothing.
 */

/** The element of the page that holds the key when the page was opened with the token. */
export const keyMeta = 'stet-key'

/** The WebSocket's protocol; the key is offered as another one, because browsers let pages set no other header. */
export const socketProtocol = 'stet'

/** @param key in base64url, whose characters are allowed in the name of a protocol */
export function keyProtocol(key: string): string {
  return `${socketProtocol}-key.${key}`
}

/** Answers 204 to a browser that has a session and 401 to any other; the key is in a header. */
export const sessionPath = '/session'
export const keyHeader = 'stet-key'
