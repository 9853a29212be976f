/** The licence of a model, as stated in its files. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { openGguf } from '../../engine/formats/gguf.ts'

/** Keys of a model card's front matter: `license: other` comes with a name and a link. */
export type Licence = Partial<Record<'license' | 'license_name' | 'license_link', string>>

/** @returns no key if the files do not tell it */
export function licenceOf(model: string): Licence {
  const stat = statSync(model, { throwIfNoEntry: false })
  if (!stat) return {}
  if (stat.isDirectory()) return licenceInCard(path.join(model, 'README.md'))
  const { metadata } = openGguf(model)
  const text = (key: string) => {
    const value = metadata.get(key)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  return defined({
    license: text('general.license'),
    license_name: text('general.license.name'),
    license_link: text('general.license.link'),
  })
}

/** The front matter is YAML between two lines `---`; these keys hold one word or a link each. */
function licenceInCard(file: string): Licence {
  if (!existsSync(file)) return {}
  const [, matter = ''] = /^---\r?\n([\s\S]*?)\r?\n---/.exec(readFileSync(file, 'utf8')) ?? []
  const value = (key: string) => {
    const [, text = ''] = new RegExp(`^${key}:[ \\t]*(.+?)[ \\t]*$`, 'm').exec(matter) ?? []
    return text.replace(/^(["'])(.*)\1$/, '$2') || undefined
  }
  return defined({
    license: value('license'),
    license_name: value('license_name'),
    license_link: value('license_link'),
  })
}

function defined(licence: Record<keyof Licence, string | undefined>): Licence {
  return Object.fromEntries(Object.entries(licence).filter(([, value]) => value !== undefined))
}
