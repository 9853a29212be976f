/** `app://stet/…`: the built page's files and no others, under a strict content security policy. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { protocol } from 'electron'

export const rendererAddress = 'app://stet/index.html'

const rendererFolder = path.resolve(import.meta.dirname, '../../../renderer')

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

const headers = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/** Before the app is ready. */
export function registerScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true }
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges }])
}

/** Once it is ready. */
export function serveScheme(): void {
  protocol.handle('app', answer)
}

async function answer({ url }: { url: string }): Promise<Response> {
  try {
    const file = fileOf(url)
    const type = types[path.extname(file)] ?? 'application/octet-stream'
    return new Response(await readFile(file), { headers: { ...headers, 'Content-Type': type } })
  } catch {
    return new Response('Not found.\n', { status: 404, headers })
  }
}

/** @throws Error for an address that names no file of the page */
function fileOf(url: string): string {
  const { host, pathname } = new URL(url)
  const file = path.join(rendererFolder, decodeURIComponent(pathname))
  if (host === 'stet' && file.startsWith(rendererFolder + path.sep)) return file
  throw new Error('This address is not one of the page.')
}
