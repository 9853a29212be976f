/** Reads which runtime `native/` has set up for this clone. Never loads anything. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** What `native/setup/runtime-setup.mjs` wrote: a compiled addon, or why there is none. */
export type RuntimeLocation =
  | { kind: 'tensorflow'; addon: string; version: string; cuda: boolean }
  | { kind: 'wasm'; reason: string }

/** In the nearest folder above that has one: the code may be the clone's own or what was built from it. */
function recordFile(): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    const file = path.join(folder, '.stet/runtime.json')
    if (existsSync(file) || folder === path.dirname(folder)) return file
  }
}

/** @returns the runtime of this clone; the wasm one with a reason where none was set up */
export function locateRuntime(): RuntimeLocation {
  if (process.env.STET_RUNTIME === 'wasm') return { kind: 'wasm', reason: 'STET_RUNTIME=wasm asks for it.' }
  try {
    return JSON.parse(readFileSync(recordFile(), 'utf8')) as RuntimeLocation
  } catch {
    return { kind: 'wasm', reason: 'No runtime has been set up yet: run "npm run -s stet -- doctor".' }
  }
}
