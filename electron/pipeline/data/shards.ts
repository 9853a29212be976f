/** Finds the files of a dataset that is a folder of shards, such as `train-00000-of-00004.parquet` and its neighbours. */
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import { shellWord } from '../../contract/shell-word.ts'

/** Files that are one dataset. */
export interface DataSet {
  name: string
  files: string[]
}

const dataFile = /\.(parquet|jsonl|ndjson|json|csv|tsv)(\.gz)?$/i

/** Descriptions that libraries put next to the data. */
const descriptions = new Set([
  'dataset_info.json',
  'dataset_infos.json',
  'dataset_dict.json',
  'state.json',
  'config.json',
])

/**
 * The datasets of a folder: shards of one name are one dataset, so that `train` and `test` stay apart. A folder without
 * data files may have them in its folder `data`.
 * @throws UserError if it has no data files, or of several kinds
 */
export function findShards(folder: string): DataSet[] {
  const names = readdirSync(folder).filter((name) => isFile(path.join(folder, name)))
  const shards = names.filter((name) => dataFile.test(name) && !descriptions.has(name)).sort(byNumber)
  if (shards.length === 0) {
    const inner = path.join(folder, 'data')
    if (statSync(inner, { throwIfNoEntry: false })?.isDirectory()) return findShards(inner)
    throw noData(folder, names)
  }
  const kinds = [...new Set(shards.map((name) => dataFile.exec(name)![0].toLowerCase()))]
  if (kinds.length > 1) {
    const message = `${folder} has files of several kinds (${kinds.join(', ')}): name the files to import.`
    throw new UserError('bad_input', message)
  }
  const groups = Map.groupBy(shards, groupOf)
  const base = path.basename(path.resolve(folder))
  return [...groups].map(([group, files]) => ({
    name: groups.size === 1 ? base : `${base}/${group}`,
    files: files.map((name) => path.join(folder, name)),
  }))
}

export function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true
}

/** The name without the number of the shard. */
function groupOf(name: string): string {
  return name.replace(dataFile, '').replace(/[-_.]?\d+([-_.]of[-_.]\d+)?$/i, '')
}

const collator = new Intl.Collator('en', { numeric: true })

function byNumber(a: string, b: string): number {
  return collator.compare(a, b)
}

function noData(folder: string, names: string[]): UserError {
  if (names.some((name) => name.endsWith('.arrow')) || names.includes('dataset_dict.json')) {
    const command = `python -c "import sys, datasets; d = datasets.load_from_disk(sys.argv[1]); [s.to_parquet(k + '.parquet') for k, s in (d.items() if hasattr(d, 'items') else [('rows', d)])]" ${shellWord(folder)}`
    const message = `${folder} was written by datasets.save_to_disk, which Stet cannot read. Convert it to Parquet: ${command}`
    return new UserError('bad_input', message)
  }
  const message = `${folder} is a folder without data files (.parquet, .jsonl, .json, .csv, .tsv): name the files to import.`
  return new UserError('bad_input', message)
}
