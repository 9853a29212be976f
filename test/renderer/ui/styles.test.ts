/** A component loads the styles of the classes that it uses, so that it looks the same whichever view was opened first. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const renderer = path.resolve(import.meta.dirname, '../../../renderer')
const contentOf = (file: string) => readFileSync(path.join(renderer, file), 'utf8')

/** What a file imports for more than its types, by paths from the renderer's folder. */
function importsOf(file: string): string[] {
  const found = contentOf(file).matchAll(/^(?:import|export) (?!type )(?:[^']*? from )?'(\.[^']+)'/gm)
  return [...found].map(([, to]) => path.join(path.dirname(file), to!))
}

/** The style sheets that come with a file. */
function stylesOf(file: string, seen = new Set<string>()): Set<string> {
  for (const to of importsOf(file)) {
    if (seen.has(to) || to.startsWith('..')) continue
    seen.add(to)
    if (to.endsWith('.tsx') || to.endsWith('.ts')) stylesOf(to, seen)
  }
  return new Set([...seen].filter((name) => name.endsWith('.css')))
}

/** In which files of the component library a class is defined. */
const definedIn = new Map<string, Set<string>>()
for (const file of globSync('**/*.css', { cwd: renderer })) {
  const rules = contentOf(file).replaceAll(/\/\*.*?\*\//gs, '')
  for (const [, name] of rules.matchAll(/\.([a-zA-Z][\w-]*)/g))
    definedIn.set(name!, (definedIn.get(name!) ?? new Set()).add(file))
}

function classesIn(file: string): string[] {
  const written = contentOf(file).matchAll(/className=(?:"([^"]*)"|\{`([^`]*)`\})/g)
  return [...written].flatMap(([, plain, composed]) =>
    (plain ?? composed!.replaceAll(/\$\{[^}]*\}/g, ' ')).split(/\s+/).filter((name) => name !== ''),
  )
}

/** Loaded with every view. */
const frame = [...contentOf('app/app.css').matchAll(/@import "\.\.\/(ui\/[^"]+)"/g)].map(([, file]) => file!)

test('every class of the component library comes with the component that uses it', () => {
  const missing = globSync('**/*.tsx', { cwd: renderer }).flatMap((file) => {
    const loaded = new Set([...frame, 'app/app.css', ...stylesOf(file)])
    return classesIn(file).flatMap((name) => {
      const files = [...(definedIn.get(name) ?? [])]
      const isOfLibrary = files.length > 0 && files.every((from) => from.startsWith('ui/'))
      return isOfLibrary && !files.some((from) => loaded.has(from)) ? [`${file}: ${name} (${files})`] : []
    })
  })
  assert.deepEqual(missing, [])
})
