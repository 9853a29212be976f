/** Reads the documentation pages and finds what they claim wrongly: paths, links, declarations, names, commands. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseSync } from 'vite'
import { metrics } from '../../electron/contract/metrics.ts'
import { listVerbs } from '../../electron/contract/verbs.ts'
import packageJson from '../../package.json' with { type: 'json' }

export const root = path.resolve(import.meta.dirname, '../..')

/** What commands of the pages write; nothing of it is in the repository. */
const outputFolders = ['demo-out/', 'real-out/']

const sourceFolders = ['electron', 'renderer', 'native', 'test']

/** @returns every page that people read, from the root: those of the documentation first, then the folders' own. */
export function pageFiles(): string[] {
  const atRoot = readdirSync(root).filter((file) => file.endsWith('.md'))
  return [...atRoot, ...pagesIn('docs')].sort().concat(folderPages())
}

/** Pages that describe the folder they are in. */
export function folderPages(): string[] {
  return [...sourceFolders, 'resources'].flatMap(pagesIn).sort()
}

function pagesIn(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `${folder}/${file.split(path.sep).join('/')}`)
}

export function readPage(file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
}

/** Texts in code type, outside code blocks. */
export function codeSpans(page: string): string[] {
  return [...withoutBlocks(page).matchAll(/`([^`\n]+)`/g)].map((match) => match[1]!)
}

function withoutBlocks(page: string): string {
  return page.replace(/^```.*?^```/gms, '')
}

/** Lines of code blocks: fenced, or indented by four spaces after an empty line. */
function blockLines(page: string): string[] {
  const fenced = [...page.matchAll(/^```[^\n]*\n(.*?)^```/gms)].flatMap((match) => match[1]!.split('\n'))
  const indented = [...withoutBlocks(page).matchAll(/\n\n((?: {4}[^\n]*\n?)+)/g)].flatMap((match) =>
    match[1]!.split('\n'),
  )
  return [...fenced, ...indented].map((line) => line.trim())
}

/** Targets of links that stay in the repository, with their anchor. */
export function localLinks(page: string): string[] {
  return [...withoutBlocks(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1]!)
    .filter((target) => !/^[a-z]+:/.test(target))
}

/** The anchors that headings get, as GitHub makes them. */
function anchors(page: string): Set<string> {
  const headings = [...withoutBlocks(page).matchAll(/^#{1,6} (.+)$/gm)].map((match) => match[1]!)
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  )
}

/** @returns a sentence if a link of `file` leads nowhere */
function linkMistake(file: string, link: string): string[] {
  const [target, anchor] = link.split('#') as [string, string?]
  const found = target === '' ? file : path.posix.join(path.posix.dirname(file), target)
  if (!existsSync(path.join(root, found))) return [`the link to ${link} leads nowhere`]
  if (anchor === undefined || !found.endsWith('.md') || anchors(readPage(found)).has(anchor)) return []
  return [`${found} has no heading #${anchor}`]
}

/** @returns the absolute path of a file that a page names from the root or from `electron/`, or null */
function find(named: string): string | null {
  return (
    [root, path.join(root, 'electron')].map((folder) => path.join(folder, named)).find(existsSync) ?? null
  )
}

/** Names declared at the top level of a module, exported or not. */
export function declaredNames(file: string): Set<string> {
  const { program, errors } = parseSync(file, readFileSync(file, 'utf8'))
  assert.deepEqual(errors, [], file)
  const names = program.body.flatMap((statement) => {
    const node =
      statement.type === 'ExportNamedDeclaration' ? (statement.declaration ?? statement) : statement
    if (node.type === 'VariableDeclaration')
      return node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []))
    return 'id' in node && node.id && 'name' in node.id ? [node.id.name] : []
  })
  return new Set(names)
}

/** @returns the source files, from the root; without the tests of the documentation, which quote what is wrong */
export function sourceFiles(): string[] {
  return sourceFolders
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map(
        (file) => `${folder}/${file.split(path.sep).join('/')}`,
      ),
    )
    .filter((file) => /\.(tsx?|mjs)$/.test(file) && !file.startsWith('test/docs/'))
}

/** Every word of the source, so that a setting or field that a page names is one that exists. */
export function sourceWords(): Set<string> {
  const scripts = readdirSync(path.join(root, 'test/golden')).filter((file) => file.endsWith('.py'))
  const settings = ['package.json', 'tsconfig.json', 'biome.json']
  const files = [...sourceFiles(), ...scripts.map((file) => `test/golden/${file}`), ...settings]
  return new Set(files.flatMap((file) => readPage(file).match(/\w+/g) ?? []))
}

/** The folder in which a page asks for a new file: the part of its path before `NAME`. */
function withoutPlaceholder(file: string): string {
  const parts = file.split('/')
  const placeholder = parts.findIndex((part) => /^NAME\b/.test(part))
  return placeholder < 0 ? file : parts.slice(0, placeholder).join('/')
}

export const isPath = (span: string) => /^[\w.-]+(\/[\w.-]+)+\/?(#\w+)?$/.test(span)
const isName = (span: string) => /^[a-z]+([A-Z][a-z0-9]*)+$/.test(span)

/** What a span in code type claims wrongly, as a sentence; nothing if it is right or claims nothing. */
function spanMistake(span: string, words: ReadonlySet<string>): string[] {
  if (isName(span)) return words.has(span) ? [] : [`${span} is not a word of the source`]
  if (!isPath(span) || span in metrics) return []
  if (outputFolders.some((folder) => span.startsWith(folder))) return []
  const [file, name] = span.split('#') as [string, string?]
  const found = find(withoutPlaceholder(file))
  if (found === null) return [`${file} does not exist`]
  if (name === undefined || declaredNames(found).has(name)) return []
  return [`${file} declares no ${name}`]
}

const verbs = new Set<string>([...listVerbs().map(({ name }) => name), 'serve'])
const options = new Set(readPage('docs/CLI.md').match(/--[a-z][\w.-]*/g))

/** What a command names that does not exist: an npm script, a verb, an option, a file to run. */
function commandMistakes(command: string): string[] {
  const script = /\bnpm run (?:-s |--silent )?([\w:]+)/.exec(command)?.[1]
  const stet = /(?:^|npm run -s )stet(?: --)? ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?(.*)$/.exec(command)
  const known = stet === null || verbs.has(stet[1]!) || verbs.has(`${stet[1]} ${stet[2]}`)
  const files = command.match(/\b(?:electron|renderer|native|test)\/[\w./-]+\.(?:ts|mjs|py)\b/g) ?? []
  return [
    ...(script === undefined || script in packageJson.scripts ? [] : [`there is no npm script ${script}`]),
    ...(known ? [] : [`there is no command stet ${stet[1]}`]),
    ...(stet?.[3]?.match(/--[a-z][\w.-]*/g) ?? [])
      .filter((option) => !options.has(option))
      .map((option) => `no command of stet takes ${option}`),
    ...files.filter((file) => !existsSync(path.join(root, file))).map((file) => `${file} does not exist`),
  ]
}

/** @returns a sentence for each link of the page that leads nowhere */
export function linkMistakes(file: string, page: string): string[] {
  return localLinks(page).flatMap((link) => linkMistake(file, link))
}

/** @returns a sentence for each thing in code type, or linked, that does not exist */
export function mistakes(file: string, page: string, words: ReadonlySet<string>): string[] {
  const commands = [...codeSpans(page), ...blockLines(page)].filter((text) => text.includes(' '))
  return [
    ...codeSpans(page).flatMap((span) => spanMistake(span, words)),
    ...commands.flatMap(commandMistakes),
    ...linkMistakes(file, page),
  ]
}
