/** What a model is called by other tools: its name on the Hub where the files tell it, or its path. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** A folder of the Hub's cache: `models--owner--name/snapshots/COMMIT`. */
const cacheFolder = /models--([\w.]+(?:-[\w.]+)*)--([^/\\]+)[/\\]snapshots[/\\][^/\\]+$/

/** For `from_pretrained` on this machine: a path, or the Hub's name of a model in the Hub's cache. */
export function baseNameOf(model: string): string {
  const absolute = path.resolve(model)
  const [, owner, name] = cacheFolder.exec(absolute) ?? []
  return owner === undefined ? absolute : `${owner}/${name}`
}

/** @returns the name on the Hub by which a model is cited; null if the files do not tell it */
export function hubNameOf(model: string): string | null {
  const base = baseNameOf(model)
  if (!path.isAbsolute(base)) return base
  const config = path.join(base, 'config.json')
  if (!existsSync(config)) return null
  try {
    const { _name_or_path: written }: { _name_or_path?: unknown } = JSON.parse(readFileSync(config, 'utf8'))
    return typeof written === 'string' && /^[\w.-]+\/[\w.-]+$/.test(written) ? written : null
  } catch {
    return null
  }
}
