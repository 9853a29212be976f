/** The verbs `import` and `export`. */
import path from 'node:path'
import type { dataVerbs as contractVerbs } from '../../contract/data.ts'
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import type { BadRow, FileReading, ImportRow, SkippedRows } from '../../contract/records.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import { exporters } from '../../pipeline/data/export.ts'
import type { ReadOptions } from '../../pipeline/data/raw-rows.ts'
import { readRows } from '../../pipeline/data/read.ts'
import { findShards, isFolder } from '../../pipeline/data/shards.ts'
import {
  type DatasetFile,
  type DatasetSource,
  describeFile,
  type ImportResult,
  importDatasets,
  type Project,
} from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import type { Implements } from '../implements.ts'
import { outputFile } from '../output-file.ts'
import { exportSource } from './export-source.ts'
import { counting, previewFile, previewSentences } from './file-preview.ts'
import { LeftOut } from './left-out.ts'
import { named, withNamesOfUploads } from './upload.ts'

/** Each file and each folder becomes a dataset, or all of them the one that the user names; in one transaction. */
export function importData(
  lab: Lab,
  input: VerbInput<'import'>,
  hooks: Hooks,
): Promise<VerbResult<'import'>> {
  return withNamesOfUploads(() => importFiles(lab, input, hooks))
}

async function importFiles(
  lab: Lab,
  { project, files, dataset, columns, strict }: VerbInput<'import'>,
  hooks: Hooks,
): Promise<VerbResult<'import'>> {
  const { db } = await lab.openProject(project)
  const names = distinctNames(files)
  const sets = files.flatMap((file, i) =>
    isFolder(file) ? findShards(file) : [{ name: names[i]!, files: [file] }],
  )
  const readings: FileReading[] = []
  for (const file of sets.flatMap((set) => set.files)) {
    const preview = await previewFile(file, columns, hooks.signal)
    if (preview.problem !== null) throw new UserError('bad_input', preview.problem)
    for (const sentence of previewSentences(preview)) hooks.emit({ type: 'note', sentence: named(sentence) })
    readings.push(preview.reading!)
  }
  const all = dataset === null ? sets : [{ name: dataset, files: sets.flatMap((set) => set.files) }]
  const sources: DatasetSource[] = []
  const skipped: SkippedRows = {}
  for (const set of all) {
    const described: DatasetFile[] = []
    for (const file of set.files) described.push(await describeFile(file, hooks.signal))
    sources.push({
      name: set.name,
      isNamed: dataset !== null,
      files: described,
      rows: readAll(set.files, { columns, onSkip: counting(skipped) }, hooks),
    })
  }
  const onJoining = (done: number, total: number) =>
    hooks.emit({ type: 'progress', phase: 'storing', done, total })
  const results = await importDatasets(db, sources, { strict, signal: hooks.signal, onJoining })
  return { ...summarise(results, hooks), skipped, readings }
}

async function* readAll(
  files: readonly string[],
  options: Pick<ReadOptions, 'columns' | 'onSkip'>,
  { emit, signal }: Hooks,
): AsyncGenerator<ImportRow | BadRow> {
  for (const file of files) {
    const onProgress = (done: number, total: number) =>
      emit({ type: 'progress', phase: path.basename(file), done, total })
    yield* readRows(file, { ...options, onProgress, signal })
  }
}

function summarise(
  results: readonly ImportResult[],
  { emit }: Hooks,
): Omit<VerbResult<'import'>, 'readings' | 'skipped'> {
  for (const { dataset: name, replaced } of results) {
    if (replaced === 0) continue
    const sentence = `In dataset "${name}", ${replaced} edits replace an earlier edit of the same response by the same annotator.`
    emit({ type: 'note', sentence })
  }
  const sum = (key: 'imported' | 'duplicates') => results.reduce((total, result) => total + result[key], 0)
  return {
    imported: sum('imported'),
    joined: {
      rows: results.reduce((total, { joined }) => total + joined.rows, 0),
      items: results.reduce((total, { joined }) => total + joined.items, 0),
      annotators: new Set(results.flatMap(({ joined }) => [...joined.annotators])).size,
    },
    duplicates: sum('duplicates'),
    bad: results.flatMap(({ bad }) => bad),
    datasets: [...new Set(results.flatMap(({ dataset: name }) => name ?? []))],
  }
}

/** The files' names, with as many of their folders as it takes to tell them apart. */
export function distinctNames(files: readonly string[]): string[] {
  const paths = [...new Set(files.map((file) => path.resolve(file)))]
  const nameAt = (file: string, depth: number) => file.split(path.sep).slice(-depth).join('/')
  return files.map((file) => {
    const own = path.resolve(file)
    const others = paths.filter((each) => each !== own)
    let depth = 1
    while (others.some((other) => nameAt(other, depth) === nameAt(own, depth))) depth++
    return nameAt(own, depth)
  })
}

function exportData(lab: Lab, input: VerbInput<'export'>, hooks: Hooks): Promise<VerbResult<'export'>> {
  return lab.readProject(input.project, (project) => exportProject(project, input, hooks))
}

async function exportProject(
  project: Project,
  { out, force, format, ...options }: VerbInput<'export'>,
  hooks: Hooks,
): Promise<VerbResult<'export'>> {
  const file = outputFile(out, force)
  const leftOut = new LeftOut()
  const rows = await exporters[format](file, exportSource(project, options, leftOut))
  leftOut.note(hooks)
  return { file, rows }
}

export const dataVerbs: Implements<typeof contractVerbs> = { import: importData, export: exportData }
