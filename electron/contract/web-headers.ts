/**
 * How the renderer's built files are served, the same by the app's own scheme and by `stet serve`: their content types,
 * and headers that let them load nothing from elsewhere. It imports nothing.
 */

/**
 * No scripts but the renderer's own, no other origin, no frames. Styles may be inline because the editor and the charts
 * set them; `data:` and `blob:` images are charts on their way to a file.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** For every response, errors included. */
export const securityHeaders = {
  'Content-Security-Policy': contentSecurityPolicy,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const

const contentTypes: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  woff2: 'font/woff2',
}

/** @param file name or path of a file @returns its content type by its extension */
export function contentTypeOf(file: string): string {
  const extension = /\.([^./\\]+)$/.exec(file)?.[1] ?? ''
  return contentTypes[extension] ?? 'application/octet-stream'
}
