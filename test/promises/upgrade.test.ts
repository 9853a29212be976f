/**
 * Projects of every released schema open with all that they held, after a verified copy and whatever kills the upgrade;
 * those of a newer one open read-only.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { backupFolder, listBackups } from '../../electron/storage/backup.ts'
import { openDatabase, openDatabaseToRead } from '../../electron/storage/database.ts'
import { findProblem } from '../../electron/storage/health.ts'
import * as storage from '../../electron/storage/index.ts'
import { migrate, readMigrations, schemaVersion } from '../../electron/storage/migrate.ts'
import {
  addEarlier,
  type Contents,
  contentsOf,
  earlierItems,
  makeEarlierProject,
  newestSchema,
} from '../storage/earlier-projects.ts'
import { describeSchema } from '../storage/schema.ts'
import { edit, newFolder, newItem, newProject, someRun } from '../storage/scratch.ts'
import { count, isLong, times } from './count.ts'

const script = path.resolve(import.meta.dirname, '../faults/killed-upgrade.ts')
const earlier = Array.from({ length: newestSchema - 1 }, (_, i) => i + 1)

interface Fixture {
  folder: string
  version: number
  contents: Contents
}

const fixtures = earlier.map((version): Fixture => {
  const folder = newFolder()
  makeEarlierProject(folder, version)
  return { folder, version, contents: readContents(path.join(folder, 'lab.db')) }
})

function readContents(file: string, like: Contents | null = null): Contents {
  const db = openDatabaseToRead(file)
  const contents = contentsOf(db, like)
  db.close()
  return contents
}

/** What the present schema holds elsewhere: a skipped pair is no longer a verdict. */
function withoutSkips(contents: Contents): Contents {
  return { ...contents, judgements: contents.judgements!.filter(({ raw_reply }) => raw_reply !== 'skip') }
}

const countRows = (contents: Contents) => Object.values(contents).reduce((sum, rows) => sum + rows.length, 0)

function copyOf({ folder }: Fixture): string {
  const copy = newFolder()
  cpSync(folder, copy, { recursive: true })
  return copy
}

/** Opens it with the present code, and compares. */
async function checkUpgraded(folder: string, { contents, version }: Fixture): Promise<void> {
  const { db, close } = await storage.openProject(folder)
  assert.equal(schemaVersion(db), newestSchema)
  assert.equal(describeSchema(db), describedSchemas[newestSchema])
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
  assert.deepEqual(withoutSkips(contentsOf(db, contents)), withoutSkips(contents))
  assert.deepEqual([...storage.iterateItems(db)], earlierItems)
  for (const { id } of earlierItems) assert.equal(storage.listAnnotations(db, id).length, 4)
  assert.equal(storage.countWork(db).annotations.done, 2 * earlierItems.length)
  assert.deepEqual(storage.listSkippedPairs(db, 'eval'), [
    { pairId: 'pair 90', judge: 'ann', swapped: true, elapsedMs: 5 },
  ])
  const search = db.prepare('SELECT count(*) FROM item_search WHERE item_search MATCH ?').pluck()
  assert.equal(search.get('zoe'), earlierItems.length - 1)
  close()
  assert.equal(findProblem(path.join(folder, 'lab.db')), null, `schema ${version}`)
}

/** The schemas by their version. */
const describedSchemas = Array.from({ length: newestSchema + 1 }, (_, version) => {
  const db = openDatabase(':memory:')
  migrate(db, readMigrations().slice(0, version))
  const description = describeSchema(db)
  db.close()
  return description
})

/** The first backup is of the project before the upgrade. */
function checkBackup(folder: string, { version, contents }: Fixture): void {
  const [name] = listBackups(backupFolder(folder))
  assert.ok(name !== undefined, 'there is a backup')
  const file = path.join(backupFolder(folder), name)
  assert.equal(findProblem(file), null)
  assert.deepEqual(readContents(file, contents), contents)
  const db = openDatabaseToRead(file)
  assert.equal(schemaVersion(db), version)
  db.close()
}

test('projects of every earlier schema open with all their rows, after a copy of the old database', async () => {
  for (const fixture of fixtures) {
    for (const [table, rows] of Object.entries(fixture.contents))
      assert.ok(rows.length > 0, `schema ${fixture.version} has no rows in ${table}`)
    const folder = copyOf(fixture)
    await checkUpgraded(folder, fixture)
    checkBackup(folder, fixture)
  }
  const rows = fixtures.reduce((sum, { contents }) => sum + countRows(contents), 0)
  count(
    'upgrade',
    `projects of ${fixtures.length} released schemas with ${rows} rows: all open with equal values, each after a verified copy`,
  )
})

/** Opens a project in another process. @param killedBefore number of a statement from 1; null to let it finish */
function openInProcess(folder: string, killedBefore: number | null) {
  const { stdout, stderr, signal } = spawnSync(process.execPath, [script, folder], {
    encoding: 'utf8',
    env: {
      ...process.env,
      KILLED_BEFORE: String(killedBefore ?? 0),
      NODE_COMPILE_CACHE: path.resolve(import.meta.dirname, '../../.stet/compile-cache'),
    },
  })
  assert.equal(signal, killedBefore === null ? null : 'SIGKILL', stderr)
  return stdout
}

/** All numbers from 1 to `last`, or a few of them spread evenly. */
function spread(last: number, atMost: number): number[] {
  const all = Array.from({ length: last }, (_, i) => i + 1)
  return all.filter((n) => Math.floor((n * atMost) / last) > Math.floor(((n - 1) * atMost) / last))
}

/** Every statement for the oldest schema, whose upgrade has those of all others; a few for each of them. */
function killsOf({ version }: Fixture, statements: number): number[] {
  return spread(statements, version === 1 ? times({ few: 8, many: statements }) : times({ few: 2, many: 6 }))
}

async function killBefore(statement: number, fixture: Fixture, firstOfUpgrade: number): Promise<void> {
  const folder = copyOf(fixture)
  openInProcess(folder, statement)
  if (statement >= firstOfUpgrade) checkBackup(folder, fixture)
  const db = openDatabaseToRead(path.join(folder, 'lab.db'))
  const reached = schemaVersion(db)
  const named = `from schema ${fixture.version}, killed before statement ${statement}`
  assert.ok(reached >= fixture.version, named)
  assert.equal(describeSchema(db), describedSchemas[reached], named)
  assert.deepEqual(withoutSkips(contentsOf(db, fixture.contents)), withoutSkips(fixture.contents), named)
  db.close()
  await checkUpgraded(folder, fixture)
}

test('an upgrade that is killed between two statements leaves the whole project, in one schema', async () => {
  let kills = 0
  for (const fixture of isLong ? fixtures : [fixtures[0]!, fixtures.at(-1)!]) {
    const statements: string[] = JSON.parse(openInProcess(copyOf(fixture), null))
    const firstOfUpgrade = statements.indexOf('BEGIN IMMEDIATE') + 1
    for (const statement of killsOf(fixture, statements.length)) {
      await killBefore(statement, fixture, firstOfUpgrade)
      kills++
    }
  }
  count('upgrade', `${kills} kills of an upgrade between two statements: 0 rows lost, 0 schemas in between`)
})

/** Every kind of change to a project that an older version must not make. */
const changes: Record<string, (project: storage.Project) => unknown> = {
  'an edit': ({ db }) => storage.saveAnnotation(db, edit(earlierItems[0]!, 'x')),
  items: ({ db }) => storage.addItems(db, [newItem(99)]),
  'an import': ({ db }) => storage.importRows(db, [], { name: 'f', files: [] }),
  'a note': ({ db }) =>
    storage.saveNote(db, { id: earlierItems[0]!.id, annotator: 'ann', text: 'x', before: null }),
  guidelines: ({ db }) => storage.saveGuidelines(db, { text: 'x', kinds: [] }),
  'a run': ({ db }) => storage.createRun(db, someRun),
  'a metric': ({ db }) => storage.addMetrics(db, 'run_0', 99, { x: 1 }),
  'a run removed': ({ db }) => storage.deleteRun(db, 'run_0'),
  'a model': ({ db }) => storage.renameModel(db, 'model_0', 'x'),
  'an evaluation': ({ db }) => storage.removeEvaluation(db, 'eval'),
  verdicts: ({ db }) => storage.addJudgements(db, 'eval', []),
  'items removed': ({ db }) => storage.removeItems(db, [earlierItems[0]!.id]),
  'a name': (project) => storage.renameProject(project, 'x'),
}

test('a project of a newer schema is read whole, and every change is refused in a sentence', async () => {
  const { folder, db, close } = await newProject()
  addEarlier(db, earlierItems)
  db.pragma(`user_version = ${newestSchema + 1}`)
  close()
  const file = path.join(folder, 'lab.db')
  const bytes = readFileSync(file)
  const newer = await storage.openProject(folder)
  assert.match(
    newer.readOnly!,
    new RegExp(`newer version of Stet \\(schema ${newestSchema + 1}; .*read-only`),
  )
  assert.deepEqual([...storage.iterateItems(newer.db)], earlierItems)
  for (const [what, change] of Object.entries(changes))
    await assert.rejects(
      async () => change(newer),
      { code: 'conflict', message: /open read-only: a newer version/ },
      what,
    )
  newer.close()
  assert.deepEqual(readFileSync(file), bytes)
  count(
    'upgrade',
    `a project of a newer schema: read whole, ${Object.keys(changes).length} kinds of changes refused in a sentence`,
  )
})
