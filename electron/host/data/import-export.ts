/** The verbs `import` and `export`. */
import path from 'node:path'
import type { dataVerbs as contractVerbs } from '../../contract/data.ts'
import type { Hooks } from '../../contract/events.ts'
import type { BadRow, ImportRow } from '../../contract/records.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import { exporters } from '../../pipeline/data/export.ts'
import { detectFile, readRows } from '../../pipeline/data/read.ts'
import { type DatasetFile, describeFile, importDatasets, type Project } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import type { Implements } from '../implements.ts'
import { exportSource } from './export-source.ts'

/** Each file becomes a dataset, or all of them the one that the user names; in one transaction. */
export async function importData(
  lab: Lab,
  { project, files, dataset, columns, strict }: VerbInput<'import'>,
  { emit, signal }: Hooks,
): Promise<VerbResult<'import'>> {
  const { db } = await lab.openProject(project)
  const parts: { file: DatasetFile; rows: () => AsyncGenerator<ImportRow | BadRow> }[] = []
  for (const file of files) {
    const format = await detectFile(file, { columns })
    emit({ type: 'note', sentence: `${file}: ${format ? `format "${format}"` : 'no readable rows'}` })
    const onProgress = (done: number, total: number) =>
      emit({ type: 'progress', phase: path.basename(file), done, total })
    parts.push({ file: await describeFile(file), rows: () => readRows(file, { columns, onProgress }) })
  }
  const names = distinctNames(files)
  const sources =
    dataset === null
      ? parts.map(({ file, rows }, i) => ({ name: names[i]!, files: [file], rows: rows() }))
      : [{ name: dataset, isNamed: true, files: parts.map(({ file }) => file), rows: inTurn(parts) }]
  const results = await importDatasets(db, sources, { strict, signal })
  for (const { dataset: name, replaced } of results) {
    if (replaced === 0) continue
    const sentence = `In dataset "${name}", ${replaced} edits replace an earlier edit of the same response by the same annotator.`
    emit({ type: 'note', sentence })
  }
  const sum = (key: 'imported' | 'duplicates') => results.reduce((total, result) => total + result[key], 0)
  return {
    imported: sum('imported'),
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

async function* inTurn<Row>(parts: readonly { rows: () => AsyncGenerator<Row> }[]): AsyncGenerator<Row> {
  for (const { rows } of parts) yield* rows()
}

function exportData(lab: Lab, input: VerbInput<'export'>): Promise<VerbResult<'export'>> {
  return lab.readProject(input.project, (project) => exportProject(project, input))
}

async function exportProject(
  project: Project,
  { out, format, ...options }: VerbInput<'export'>,
): Promise<VerbResult<'export'>> {
  const file = path.resolve(out)
  return { file, rows: await exporters[format](file, exportSource(project, options)) }
}

export const dataVerbs: Implements<typeof contractVerbs> = { import: importData, export: exportData }
