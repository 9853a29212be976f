/** Reads which runtime `native/` has set up for this clone. Never loads anything. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** What `native/setup/runtime-setup.mjs` wrote: a compiled addon, or why there is none. */
export type RuntimeLocation =
  | { kind: 'tensorflow'; addon: string; version: string; cuda: boolean }
  | { kind: 'wasm'; reason: string }

/** In the nearest folder above that has one: this code may run from the clone or from a build inside it. */
function recordFile(): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    const file = path.join(folder, '.stet/runtime.json')
    if (existsSync(file) || folder === path.dirname(folder)) return file
  }
}

/** @returns the runtime of this clone; if none was set up, the wasm runtime and why */
export function locateRuntime(): RuntimeLocation {
  if (process.env.STET_RUNTIME === 'wasm') return { kind: 'wasm', reason: 'STET_RUNTIME=wasm requests it.' }
  try {
    return JSON.parse(readFileSync(recordFile(), 'utf8')) as RuntimeLocation
  } catch {
    return { kind: 'wasm', reason: 'No runtime has been set up yet: run "npm run -s stet -- doctor".' }
  }
}
