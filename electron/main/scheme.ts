/** Serves `app://stet/…`: the renderer's built files and no others, with strict security headers. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { protocol } from 'electron'
import { contentTypeOf, securityHeaders } from '../contract/web-headers.ts'

export const rendererAddress = 'app://stet/index.html'

const rendererFolder = path.resolve(import.meta.dirname, '../../../renderer')

/** Call before the app is ready. */
export function registerScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true }
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges }])
}

/** Call once the app is ready. */
export function serveScheme(): void {
  protocol.handle('app', respond)
}

async function respond({ url }: { url: string }): Promise<Response> {
  try {
    const file = fileOf(url)
    const headers = { ...securityHeaders, 'Content-Type': contentTypeOf(file) }
    return new Response(await readFile(file), { headers })
  } catch {
    return new Response('Not found.\n', { status: 404, headers: securityHeaders })
  }
}

/** @throws Error if the URL does not name a file of the renderer */
function fileOf(url: string): string {
  const { host, pathname } = new URL(url)
  const file = path.join(rendererFolder, decodeURIComponent(pathname))
  if (host === 'stet' && file.startsWith(rendererFolder + path.sep)) return file
  throw new Error(`${url} is not a file of the renderer.`)
}
