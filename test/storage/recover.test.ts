/** Damaged databases: never opened, never lost, and recovered as far as they can be read. */
import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { listAnnotations, saveAnnotation } from '../../electron/storage/annotations.ts'
import { backupsToKeep, isBackupDue, listBackups, makeBackup } from '../../electron/storage/backup.ts'
import { type Db, openDatabase } from '../../electron/storage/database.ts'
import { findProblem } from '../../electron/storage/health.ts'
import {
  addItems,
  countItems,
  itemColumns,
  itemValues,
  iterateItems,
  toColumns,
} from '../../electron/storage/items.ts'
import { migrate, readMigrations } from '../../electron/storage/migrate.ts'
import { createProject, openProject } from '../../electron/storage/project.ts'
import { listCopies, recoverProject } from '../../electron/storage/recover.ts'
import { createRun, listRuns, setRunState } from '../../electron/storage/runs.ts'
import { salvage } from '../../electron/storage/salvage.ts'
import { edit, newFolder, newItem, newProject, someRun } from './scratch.ts'

const items = Array.from({ length: 300 }, (_, n) => newItem(n, { chosen: `chosen ${n} `.repeat(20) }))

/** A project with a copy of its first 200 items, then more items, edits and a run that has ended. */
async function filledProject(): Promise<string> {
  const { folder, db, close } = await newProject()
  addItems(db, items.slice(0, 200))
  const run = createRun(db, someRun)
  await makeBackup(db, path.join(folder, 'backups'))
  addItems(db, items.slice(200))
  for (const item of items.slice(0, 100)) saveAnnotation(db, edit(item, `better ${item.id}`))
  setRunState(db, run.id, 'running')
  setRunState(db, run.id, 'done')
  close()
  return folder
}

const fileOf = (folder: string) => path.join(folder, 'lab.db')

function flip(file: string, at: number, length = 1): void {
  const bytes = readFileSync(file)
  for (let i = at; i < Math.min(at + length, bytes.length); i++) bytes[i] = bytes[i]! ^ 0xff
  writeFileSync(file, bytes)
}

/** A deterministic spread of places in a file. */
const placesIn = (size: number, count: number) =>
  Array.from({ length: count }, (_, i) => Math.floor(((i * 0.618034) % 1) * size))

test('an empty, cut, overwritten or garbage database is refused with what to do, and left as it is', async () => {
  const folder = await filledProject()
  const file = fileOf(folder)
  const good = readFileSync(file)
  const cases: [damage: () => void, message: RegExp][] = [
    [() => writeFileSync(file, ''), /lab\.db is empty\. Nothing was changed\. .*stet recover/],
    [
      () => truncateSync(file, Math.floor(good.length / 2)),
      /lab\.db is damaged \(.*\)\. Nothing was changed/,
    ],
    [() => writeFileSync(file, 'no database at all '.repeat(500)), /is not a database/],
    [
      () => writeFileSync(file, Buffer.concat([good.subarray(0, 4096), Buffer.alloc(good.length - 4096)])),
      /damaged/,
    ],
  ]
  for (const [damage, message] of cases) {
    writeFileSync(file, good)
    damage()
    const before = readFileSync(file)
    await assert.rejects(openProject(folder), { name: 'UserError', code: 'damaged', message })
    assert.deepEqual(readFileSync(file), before)
  }
  writeFileSync(file, good)
  await openProject(folder).then(({ close }) => close())
})

test('recovery rebuilds from the newest whole copy and from every readable row, and keeps the damaged file', async () => {
  const folder = await filledProject()
  const file = fileOf(folder)
  const size = readFileSync(file).length
  flip(file, Math.floor(size * 0.55), 4096)
  const damaged = readFileSync(file)
  assert.match(findProblem(file)!, /damaged/)
  const recovery = await recoverProject(folder, null)
  assert.equal(recovery.copy, listBackups(path.join(folder, 'backups'))[0])
  assert.deepEqual(readFileSync(recovery.damaged!), damaged)
  const { db, close } = await openProject(folder)
  for (const item of iterateItems(db))
    assert.deepEqual(
      item,
      items.find(({ id }) => id === item.id),
    )
  assert.ok(countItems(db) >= 270, `${countItems(db)} of 300 items`)
  close()
})

test('a database without a readable first page, or without its end, still gives its rows', async () => {
  const folder = await filledProject()
  const file = fileOf(folder)
  flip(file, 0, 64)
  assert.match(findProblem(file)!, /not a database/)
  await recoverProject(folder, null)
  const { db, close } = await openProject(folder)
  assert.equal(countItems(db), 300)
  for (const item of items.slice(0, 100))
    assert.equal(listAnnotations(db, item.id)[0]!.edited, `better ${item.id}`)
  close()
  truncateSync(file, readFileSync(file).length - 3000)
  await recoverProject(folder, null)
  const again = await openProject(folder)
  assert.ok(countItems(again.db) >= 280)
  again.close()
})

test('what only the damaged file has comes back: newer items, edits, and the newer state of a run', async () => {
  const folder = await filledProject()
  const file = fileOf(folder)
  // Only an index is damaged: every row can be read.
  const db = openDatabase(file)
  const page = db
    .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'datasets_by_item'")
    .pluck()
    .get() as number
  const pageSize = db.pragma('page_size', { simple: true }) as number
  db.close()
  flip(file, (page - 1) * pageSize, 100)
  assert.match(findProblem(file)!, /damaged/)
  const { tables } = await recoverProject(folder, null)
  assert.deepEqual(
    tables.find(({ table }) => table === 'items'),
    { table: 'items', inCopy: 200, salvaged: 100, refused: 0, isWhole: true },
  )
  const project = await openProject(folder)
  assert.equal(countItems(project.db), 300)
  assert.equal(listRuns(project.db)[0]!.state, 'done')
  for (const item of items.slice(0, 100))
    assert.equal(listAnnotations(project.db, item.id)[0]!.edited, `better ${item.id}`)
  project.close()
})

test('a file of an earlier schema, whose datasets name their items by id, keeps them', async () => {
  const folder = newFolder()
  mkdirSync(folder)
  const file = path.join(folder, 'earlier.db')
  const earlier = openDatabase(file)
  const migrations = readMigrations()
  const before = migrations.findIndex(({ name }) => name.includes('members'))
  migrate(earlier, migrations.slice(0, before))
  const insert = earlier.prepare(`INSERT INTO items (${itemColumns}) VALUES (${itemValues})`)
  for (const item of items.slice(0, 3)) insert.run(toColumns(item))
  earlier.exec(`INSERT INTO datasets VALUES ('d', 'edits', '[]', 2, 0, 0, 'now');
    INSERT INTO dataset_items SELECT 'd', id FROM items WHERE seq > 1`)
  const [salvaged, migrated] = [openDatabase(':memory:'), earlier]
  migrate(salvaged, migrations)
  salvage(salvaged, file)
  migrate(migrated, migrations)
  const inDataset = (db: Db) => [...iterateItems(db, { datasetId: 'd' })].map(({ id }) => id)
  for (const db of [salvaged, migrated]) {
    assert.deepEqual(inDataset(db), [items[1]!.id, items[2]!.id])
    db.close()
  }
})

test('without a whole copy the readable rows alone are kept; with nothing at all the folder is left as it is', async () => {
  const folder = await filledProject()
  const backups = path.join(folder, 'backups')
  const [name] = listBackups(backups)
  writeFileSync(path.join(backups, name!), 'garbage')
  truncateSync(fileOf(folder), readFileSync(fileOf(folder)).length - 4096)
  assert.match(listCopies(folder)[0]!.problem!, /not a database/)
  const { copy } = await recoverProject(folder, null)
  assert.equal(copy, null)
  const { db, close } = await openProject(folder)
  assert.ok(countItems(db) > 200)
  close()

  writeFileSync(fileOf(folder), '')
  const before = readdirSync(folder).sort()
  await assert.rejects(recoverProject(folder, null), {
    code: 'not_found',
    message: /Nothing of .* can be read/,
  })
  assert.deepEqual(readdirSync(folder).sort(), before)
  assert.equal(readFileSync(fileOf(folder)).length, 0)
})

test('a whole database is not recovered unless a copy is named, and an unknown or damaged copy is refused', async () => {
  const folder = await filledProject()
  await assert.rejects(recoverProject(folder, null), { code: 'conflict', message: /is not damaged/ })
  await assert.rejects(recoverProject(folder, 'lab-x.db'), {
    code: 'not_found',
    message: /no copy lab-x\.db.*Whole ones: lab-2/,
  })
  const [name] = listBackups(path.join(folder, 'backups'))
  await recoverProject(folder, name!)
  const { db, close } = await openProject(folder)
  assert.equal(countItems(db), 200)
  close()
})

test('flipped bytes anywhere: the database opens whole or leads to recovery, and no item has another text', async () => {
  const folder = await filledProject()
  const file = fileOf(folder)
  const good = readFileSync(file)
  for (const at of placesIn(good.length, 24)) {
    writeFileSync(file, good)
    flip(file, at, 8)
    const opened = await openProject(folder).catch((error) => error)
    if (opened instanceof Error) {
      assert.equal((opened as { code?: string }).code, 'damaged', opened.message)
      const began = performance.now()
      await recoverProject(folder, null)
      assert.ok(performance.now() - began < 5000)
      const { db, close } = await openProject(folder)
      for (const item of iterateItems(db))
        assert.deepEqual(
          item,
          items.find(({ id }) => id === item.id),
        )
      close()
    } else opened.close()
  }
})

test('a copy of a damaged database is not kept, and does not push out a good one', async () => {
  const folder = await filledProject()
  const backups = path.join(folder, 'backups')
  const before = listBackups(backups)
  const db = openDatabase(fileOf(folder))
  const page = db
    .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'datasets_by_item'")
    .pluck()
    .get() as number
  db.close()
  flip(fileOf(folder), (page - 1) * 4096, 100)
  const damaged = openDatabase(fileOf(folder))
  await assert.rejects(makeBackup(damaged, backups), { code: 'damaged' })
  damaged.close()
  assert.deepEqual(readdirSync(backups), before)
})

test('what a killed backup left is removed, and a copy dated ahead neither stops nor replaces the daily ones', async () => {
  const { db } = await newProject()
  const backups = newFolder()
  mkdirSync(backups)
  const ahead = 'lab-2999-01-01T00-00-00-000Z.db'
  for (const name of [
    ahead,
    'lab-2026-01-01T00-00-00-000Z.db.tmp',
    'lab-2026-01-01T00-00-00-000Z.db.tmp-journal',
  ])
    writeFileSync(path.join(backups, name), 'x')
  assert.equal(isBackupDue(backups), true)
  const file = await makeBackup(db, backups)
  assert.deepEqual(readdirSync(backups).sort(), [path.basename(file), ahead].sort())
  assert.equal(isBackupDue(backups), false)
  assert.ok(backupsToKeep([ahead], new Date()).has(ahead))
})

test('a creation that was cut short can be repeated; anything else in the folder is refused', async () => {
  const folder = newFolder()
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'lock'), '')
  writeFileSync(path.join(folder, 'lab.db'), '')
  const { close } = await createProject(folder, 'again')
  close()
  await assert.rejects(createProject(folder, 'third'), { code: 'conflict', message: /not empty/ })
  const other = newFolder()
  mkdirSync(other)
  copyFileSync(fileOf(folder), fileOf(other))
  await assert.rejects(createProject(other, 'x'), { code: 'conflict' })
  assert.ok(existsSync(fileOf(other)))
})
