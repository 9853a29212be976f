/** Takes a secret out of text that others wrote: a server may repeat the key that it was sent. */

/** Shorter ones are words such as "none", which local servers accept as a key and which texts may contain. */
const minLength = 8

export const mask = '[key]'

/** @returns the text without the secret, as it is, in JSON, in an address, and in Base64 */
export function masked(text: string, secret: string | undefined): string {
  if (secret === undefined || secret.length < minLength) return text
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
  ]
  return [...new Set(forms)].reduce((clean, form) => clean.replaceAll(form, mask), text)
}
