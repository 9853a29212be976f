/**
 * One piece of work on a project whose disk fails: `node full-disk-process.ts WORK FOLDER ARMED`. Prints how it ended, and
 * how the same work ended once the disk was well again.
 */
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { ImportRow } from '../../electron/contract/records.ts'
import { writeFileAtomic, writeFolderAtomic } from '../../electron/engine/formats/atomic.ts'
import { exportSource } from '../../electron/host/data/export-source.ts'
import { LeftOut } from '../../electron/host/data/left-out.ts'
import { asUserError } from '../../electron/host/errors/user-error.ts'
import { exporters } from '../../electron/pipeline/data/export.ts'
import { makeItem } from '../../electron/pipeline/data/item.ts'
import { backupFolder, makeBackup } from '../../electron/storage/backup.ts'
import { explain } from '../../electron/storage/database.ts'
import { importRows, openProject, type Project, saveAnnotation } from '../../electron/storage/index.ts'
import { migrate, readMigrations } from '../../electron/storage/migrate.ts'

export const works = [
  'edit',
  'import',
  'migrate',
  'backup',
  'export',
  'save a checkpoint',
  'copy the log',
  'open',
] as const
export type Work = (typeof works)[number]

/** How it ended: `done`, a failure with a sentence for the user, or an unexpected one. */
export interface Ending {
  kind: 'done' | 'told' | 'unexpected'
  message: string
}

const [work, folder, armed] = process.argv.slice(2) as [Work, string, string]
const item = makeItem({ source: 'test', prompt: [{ role: 'user', content: 'p1' }], rejected: 'r1' })

function* rows(): Generator<ImportRow> {
  for (let n = 0; n < 400; n++) {
    const added = makeItem({
      source: 'full disk',
      prompt: [{ role: 'user', content: `q${n}` }],
      rejected: `a${n} `.repeat(50),
    })
    yield { file: 'f', line: n, item: added, annotations: [] }
  }
}

const everything = { pairs: 'all' as const, datasets: [], items: [], tokenizer: null }

const extra = {
  name: '9999_extra.sql',
  sql: `CREATE TABLE extra (text TEXT); ${'INSERT INTO extra SELECT hex(randomblob(500)) FROM items;'.repeat(20)}`,
}

const perform: Record<Work, (project: Project) => unknown> = {
  edit: ({ db }) => {
    for (let n = 0; n < 20; n++) {
      const { revision } = saveAnnotation(db, {
        itemId: item.id,
        annotator: 'ann',
        state: 'done',
        edited: `edit ${n} `.repeat(200),
        operations: [],
        elapsedMs: 1,
        provenance: 'human',
        createdAt: null,
      })
      acknowledged = revision
    }
  },
  import: ({ db }) =>
    importRows(db, rows(), { name: 'f', files: [{ name: 'f', sizeBytes: 1, sha256: 'f' }] }),
  migrate: ({ db }) => migrate(db, [...readMigrations(), extra]),
  backup: ({ db }) => makeBackup(db, backupFolder(folder)),
  export: (project) => {
    const source = exportSource(project, everything, new LeftOut())
    return exporters.stet(path.join(folder, 'exports/all.jsonl'), source)
  },
  'save a checkpoint': () =>
    writeFolderAtomic(path.join(folder, 'checkpoints/step-1'), async (partial) => {
      for (const name of ['weights', 'state'])
        await writeFileAtomic(path.join(partial, name), [Buffer.alloc(1 << 20, name)])
    }),
  'copy the log': ({ db }) => {
    try {
      db.pragma('wal_checkpoint(TRUNCATE)')
    } catch (error) {
      throw explain(error, db.name)
    }
  },
  // To read, and to export to another disk.
  open: (project) => {
    return exporters.stet(`${folder}.jsonl`, exportSource(project, everything, new LeftOut()))
  },
}

let acknowledged = 0

async function attempt(project: Project): Promise<Ending> {
  try {
    await perform[work](project)
    return { kind: 'done', message: '' }
  } catch (error) {
    const told = asUserError(error)
    const message = told?.message ?? String((error as Error).stack)
    return { kind: told ? 'told' : 'unexpected', message }
  }
}

if (process.argv[1] === import.meta.filename) {
  if (work === 'open') writeFileSync(armed, '')
  const project = await openProject(folder)
  writeFileSync(armed, '')
  const first = await attempt(project)
  const acknowledgedFirst = acknowledged
  rmSync(armed, { force: true })
  const second = first.kind === 'done' ? first : await attempt(project)
  project.close()
  console.log(JSON.stringify({ first, second, acknowledged: acknowledgedFirst }))
}
