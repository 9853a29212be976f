/** What a model is called by other tools: its name on the Hub if the files say it, or its path; and the way back. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** A folder of the Hub's cache: `models--owner--name/snapshots/COMMIT`. */
const cacheFolder = /models--([\w.]+(?:-[\w.]+)*)--([^/\\]+)[/\\]snapshots[/\\][^/\\]+$/

/** For `from_pretrained` on this machine: a path, or the Hub's name of a model in the Hub's cache. */
export function baseNameOf(model: string): string {
  const absolute = path.resolve(model)
  const [, owner, name] = cacheFolder.exec(absolute) ?? []
  return owner === undefined ? absolute : `${owner}/${name}`
}

/** @returns the name on the Hub by which a model is cited; null if the files do not say it */
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

/** A name on the Hub, or the address of its page; as a path it is relative, and `//` has become `/`. */
const hubReference =
  /^(?:https?:\/+)?(?:(?:www\.)?(?:huggingface|hf)\.co\/)?([\w][\w.-]*\/[\w][\w.-]*?)\/?(?:\/(?:tree|blob)\/.*)?$/

/**
 * What to do about a path that does not exist, if it reads like the name of a model on the Hub, which Stet never
 * contacts.
 * @returns null if it reads like any other path
 */
export function hubAdvice(reference: string): string | null {
  const relative = path.isAbsolute(reference) ? path.relative(process.cwd(), reference) : reference
  const [, name] = hubReference.exec(relative.replaceAll(path.sep, '/')) ?? []
  if (name === undefined || /\.(gguf|json|safetensors)$/.test(name)) return null
  const [owner = ''] = name.split('/')
  if (owner === 'models' || existsSync(owner)) return null
  const snapshot = cachedSnapshot(name)
  const local = `models/${name.split('/')[1]}`
  const remedy = snapshot
    ? `Its files are in the Hub's cache: give the folder ${snapshot}`
    : `Download it with "hf download ${name} --local-dir ${local}" (pip install huggingface_hub) and give the folder ${local}.`
  return `"${name}" may be the name of a model on the Hugging Face Hub, but Stet only opens files on this machine. ${remedy}`
}

/** The newest download of a model in the Hub's cache. */
export function cachedSnapshot(name: string): string | null {
  const { HF_HUB_CACHE: hub, HF_HOME: home = path.join(os.homedir(), '.cache/huggingface') } = process.env
  const snapshots = path.join(
    hub ?? path.join(home, 'hub'),
    `models--${name.replace('/', '--')}`,
    'snapshots',
  )
  if (!existsSync(snapshots)) return null
  const found = readdirSync(snapshots).find((each) => existsSync(path.join(snapshots, each, 'config.json')))
  return found === undefined ? null : path.join(snapshots, found)
}
