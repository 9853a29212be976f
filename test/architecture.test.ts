/** Who may import whom. Do not relax these rules: if one is in the way, the code is in the wrong folder. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { type ParseResult, parseSync } from 'vite'
import { views } from '../electron/contract/views.ts'
import { hostSubjects, type Layer, layers } from './layers.ts'

const root = path.resolve(import.meta.dirname, '..')

interface Import {
  /** As written. */
  specifier: string
  /** Erased before the code runs. */
  isType: boolean
}

interface Source {
  /** Path from the root. */
  file: string
  text: string
  /** The text with its comments blanked. */
  code: string
  imports: Import[]
  hasDefaultExport: boolean
}

function parse(file: string, text: string): Source {
  const result = parseSync(file, text)
  assert.deepEqual(result.errors, [], `${file} does not parse`)
  const code = result.comments.reduce(
    (rest, { start, end }) => rest.slice(0, start) + ' '.repeat(end - start) + rest.slice(end),
    text,
  )
  const hasDefaultExport = result.module.staticExports.some(({ entries }) =>
    entries.some(({ exportName }) => exportName.kind === 'Default'),
  )
  return { file, text, code, imports: importsOf(result, code), hasDefaultExport }
}

function importsOf({ module }: ParseResult, code: string): Import[] {
  const statics = module.staticImports.map(({ moduleRequest, entries }) => ({
    specifier: moduleRequest.value,
    isType: entries.length > 0 && entries.every(({ isType }) => isType),
  }))
  const reexports = module.staticExports
    .flatMap(({ entries }) => entries)
    .flatMap(({ moduleRequest, isType }) =>
      moduleRequest ? [{ specifier: moduleRequest.value, isType }] : [],
    )
  const called = [...code.matchAll(/\b(?:require|import|resolve)\(\s*['"]([^'"]+)['"]/g)].map((match) => ({
    specifier: match[1] ?? '',
    isType: false,
  }))
  return [...statics, ...reexports, ...called]
}

/** @returns the layer that a file belongs to: its innermost listed folder */
function layerOf(file: string): Layer | null {
  return layers.find(({ folder }) => file.startsWith(`${folder}/`)) ?? null
}

/** @returns the file from the root that a relative import means, or null for a package */
function target(file: string, specifier: string): string | null {
  return specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : null
}

/** @returns a sentence for each import that the table does not allow */
function forbiddenImports({ file, imports }: Pick<Source, 'file' | 'imports'>): string[] {
  const layer = layerOf(file)
  if (layer === null) return [`${file} belongs to no folder of the table`]
  return imports
    .filter(({ specifier }) => !mayImport(layer, file, specifier))
    .map(({ specifier }) => `${file} may not import ${specifier}`)
}

function mayImport(layer: Layer, file: string, specifier: string): boolean {
  const inside = target(file, specifier)
  if (inside !== null) {
    if (inside.startsWith(`${layer.folder}/`))
      return stageMayImport(file, inside) && hostMayImport(file, inside) && rendererMayImport(file, inside)
    return layer.layers.some((other) => inside === other || inside.startsWith(`${other}/`))
  }
  if (specifier.startsWith('node:')) return layer.node
  return layer.packages.some((allowed) =>
    allowed.endsWith('/*')
      ? specifier.startsWith(allowed.slice(0, -1))
      : specifier === allowed || specifier.startsWith(`${allowed}/`),
  )
}

/** Stages of the pipeline know nothing of each other; files at its root are where they meet. */
function stageMayImport(file: string, inside: string): boolean {
  const stage = stageOf(file)
  return stage === null || stage.endsWith('.ts') || stageOf(inside) === stage
}

function stageOf(file: string): string | null {
  return /^electron\/pipeline\/([^/]+)/.exec(file)?.[1] ?? null
}

/** Subjects of the host use only subjects before them in the list. A folder that is not in the list is an error. */
function hostMayImport(file: string, inside: string): boolean {
  const [own, wanted] = [hostSubjectOf(file), hostSubjectOf(inside)]
  if (own === null || wanted === null || own === wanted) return true
  const [level, wantedLevel] = [own, wanted].map((subject) => hostSubjects.indexOf(subject))
  return level! >= 0 && wantedLevel! >= 0 && wantedLevel! < level!
}

/** Null for files at the root of the host, and elsewhere. */
function hostSubjectOf(file: string): string | null {
  return /^electron\/host\/([^/]+)\//.exec(file)?.[1] ?? null
}

/**
 * In the renderer, `ui` and `charts` are the ground, `app` is what views share, and views know nothing of each other.
 * The router is where they meet.
 */
function rendererMayImport(file: string, inside: string): boolean {
  const area = rendererArea(file)
  const wanted = rendererArea(inside)
  if (area === null || area === wanted || file === 'renderer/app/router.tsx') return true
  return wanted !== null && (belowShared[area] ?? belowViews).includes(wanted)
}

const belowShared: Record<string, string[]> = { ui: [], charts: ['ui'], app: ['ui', 'charts'] }
const belowViews = ['app', 'ui', 'charts']

function rendererArea(file: string): string | null {
  return /^renderer\/([^/]+)\//.exec(file)?.[1] ?? null
}

function sources(): Source[] {
  return ['electron', 'renderer', 'native', 'resources']
    .filter((folder) => existsSync(path.join(root, folder)))
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.(ts|tsx|mjs)$/.test(file))
        .map((file) => `${folder}/${file.split(path.sep).join('/')}`),
    )
    .map((file) => parse(file, readFileSync(path.join(root, file), 'utf8')))
}

/** @returns how a file comes to load `isWanted`, step by step, following what survives type stripping; else null */
function pathTo(
  from: string,
  isWanted: (specifier: string) => boolean,
  all: Map<string, Source>,
): string[] | null {
  const seen = new Set<string>()
  const visit = (file: string): string[] | null => {
    if (seen.has(file)) return null
    seen.add(file)
    for (const { specifier } of (all.get(file)?.imports ?? []).filter(({ isType }) => !isType)) {
      if (isWanted(specifier)) return [file, specifier]
      const next = target(file, specifier)
      const rest = next === null ? null : visit(next)
      if (rest !== null) return [file, ...rest]
    }
    return null
  }
  return visit(from)
}

const all = sources()

describe('the layout', () => {
  test('every import is one that the table allows', () => {
    assert.deepEqual(all.flatMap(forbiddenImports), [])
  })

  test('the host loads no tensor library: the accelerator is the trainer process’s alone', () => {
    const byFile = new Map(all.map((source) => [source.file, source]))
    const ways = all
      .filter(({ file }) => file.startsWith('electron/host/'))
      .flatMap(
        ({ file }) =>
          pathTo(file, (specifier) => specifier.startsWith('@tensorflow/'), byFile)?.join(' > ') ?? [],
      )
    assert.deepEqual(ways, [])
  })

  test('the preload loads no package but Electron: its sandbox can load no other', () => {
    const byFile = new Map(all.map((source) => [source.file, source]))
    const isOther = (specifier: string) => !specifier.startsWith('.') && specifier !== 'electron'
    assert.equal(pathTo('electron/preload/index.ts', isOther, byFile), null)
    assert.deepEqual(pathTo('electron/contract/shell.ts', isOther, byFile), [
      'electron/contract/shell.ts',
      'zod',
    ])
  })

  test('only the engine’s runtime loads native code', () => {
    const outside = all.filter(
      ({ file, code }) =>
        !file.startsWith('electron/engine/runtime/') &&
        !file.startsWith('native/') &&
        /createRequire|tfjs-node|process\.dlopen/.test(code),
    )
    assert.deepEqual(
      outside.map(({ file }) => file),
      [],
    )
  })

  test('engine and pipeline take time and chance from nowhere but their arguments', () => {
    const impure = all.filter(
      ({ file, code }) =>
        /^electron\/(engine|pipeline)\//.test(file) &&
        /\bMath\.random\b|\bDate\.now\b|\bnew Date\(\)/.test(code),
    )
    assert.deepEqual(
      impure.map(({ file }) => file),
      [],
    )
  })

  test('every view of the contract has its file, which exports it as View', () => {
    for (const { path: view } of views) {
      const file = `renderer/${view}/${view}-view.tsx`
      assert.match(readFileSync(path.join(root, file), 'utf8'), /export function View\(/, file)
    }
  })

  test('every source file opens with a comment that says what it promises', () => {
    const silent = all.filter(({ text }) => !/^(#!.*\n)?\/\*\*/.test(text))
    assert.deepEqual(
      silent.map(({ file }) => file),
      [],
    )
  })

  test('exports are named (tools’ config files, at the root, excepted)', () => {
    assert.deepEqual(
      all.filter((source) => source.hasDefaultExport).map(({ file }) => file),
      [],
    )
  })
})

describe('the rules themselves', () => {
  const rejected = (file: string, text: string) => forbiddenImports(parse(file, text))

  test('a stage that imports another stage is refused, its own files are not', () => {
    assert.deepEqual(rejected('electron/pipeline/ppo/ppo.ts', "import { a } from '../label/align.ts'"), [
      'electron/pipeline/ppo/ppo.ts may not import ../label/align.ts',
    ])
    assert.deepEqual(rejected('electron/pipeline/ppo/ppo.ts', "import { a } from './gae.ts'"), [])
    assert.deepEqual(rejected('electron/pipeline/index.ts', "export * from './ppo/ppo.ts'"), [])
  })

  test('in the renderer, imports lead from views down to app, charts and ui, and never to another view', () => {
    assert.equal(rejected('renderer/ui/a.tsx', "import type { A } from '../app/a.ts'").length, 1)
    assert.equal(rejected('renderer/ui/a.tsx', "import { a } from '../charts/a.ts'").length, 1)
    assert.equal(rejected('renderer/charts/a.tsx', "import { a } from '../runs/a.ts'").length, 1)
    assert.equal(rejected('renderer/app/a.tsx', "import { a } from '../runs/a.tsx'").length, 1)
    assert.equal(rejected('renderer/runs/a.tsx', "import { a } from '../judge/a.tsx'").length, 1)
    assert.deepEqual(rejected('renderer/runs/a.tsx', "import { a } from '../app/a.ts'"), [])
    assert.deepEqual(rejected('renderer/charts/a.tsx', "import { a } from '../ui/a.tsx'"), [])
    assert.deepEqual(rejected('renderer/app/router.tsx', "import('../runs/a.tsx')"), [])
  })

  test('a subject of the host that uses a later one is refused, an earlier one is not', () => {
    assert.equal(rejected('electron/host/judge/a.ts', "import { b } from '../runs/b.ts'").length, 1)
    assert.equal(rejected('electron/host/judge/a.ts', "import { b } from '../entry/b.ts'").length, 1)
    assert.equal(rejected('electron/host/misc/a.ts', "import { b } from '../data/b.ts'").length, 1)
    assert.deepEqual(rejected('electron/host/runs/a.ts', "import { b } from '../judge/b.ts'"), [])
    assert.deepEqual(rejected('electron/host/runs/a.ts', "import { b } from '../context.ts'"), [])
  })

  test('types, re-exports, dynamic imports and require count as imports', () => {
    for (const text of [
      "import type { A } from '../../host/lab.ts'",
      "export type { A } from '../../host/lab.ts'",
      "export * from '../../host/lab.ts'",
      "const lab = await import('../../host/lab.ts')",
      "const lab = require('../../host/lab.ts')",
      "import '../../host/lab.ts'",
    ]) {
      assert.equal(rejected('electron/pipeline/ppo/ppo.ts', text).length, 1, text)
    }
  })

  test('packages and Node’s modules are refused where the table does not name them', () => {
    assert.equal(rejected('electron/contract/a.ts', "import fs from 'node:fs'").length, 1)
    assert.equal(rejected('electron/engine/a.ts', "import Database from 'better-sqlite3'").length, 1)
    assert.equal(rejected('electron/storage/a.ts', "import * as tf from '@tensorflow/tfjs-core'").length, 1)
    assert.equal(rejected('renderer/a.tsx', "import { app } from 'electron'").length, 1)
    assert.equal(rejected('electron/storage/a.ts', "import Database from 'better-sqlite3'").length, 0)
    assert.equal(rejected('electron/contract/a.ts', "import { z } from 'zod/v4'").length, 0)
  })

  test('a file in a folder that the table does not know is refused', () => {
    assert.equal(rejected('electron/helpers/a.ts', '').length, 1)
  })

  test('what is imported as a type only does not load', () => {
    const files = [
      parse(
        'electron/host/a.ts',
        "import type { M } from '../engine/m.ts'\nimport { f } from '../engine/f.ts'",
      ),
      parse('electron/engine/m.ts', "import * as tf from '@tensorflow/tfjs-core'"),
      parse('electron/engine/f.ts', "export { g } from './g.ts'"),
      parse('electron/engine/g.ts', "import { path } from 'node:path'"),
    ]
    const byFile = new Map(files.map((source) => [source.file, source]))
    assert.equal(
      pathTo('electron/host/a.ts', (name) => name.startsWith('@tensorflow/'), byFile),
      null,
    )
    assert.deepEqual(
      pathTo('electron/host/a.ts', (name) => name === 'node:path', byFile),
      ['electron/host/a.ts', 'electron/engine/f.ts', 'electron/engine/g.ts', 'node:path'],
    )
  })
})
