import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { backupsToKeep, isBackupDue, listBackups, makeBackup } from '../../electron/storage/backup.ts'
import { openDatabase } from '../../electron/storage/database.ts'
import { addItems, countItems } from '../../electron/storage/items.ts'
import { openProject } from '../../electron/storage/project.ts'
import { newFolder, newItem, newProject } from './scratch.ts'

const nameAt = (date: Date) => `lab-${date.toISOString().replaceAll(/[:.]/g, '-')}.db`
const hoursAgo = (now: Date, hours: number) => new Date(now.getTime() - hours * 3_600_000)

test('a backup contains all commits, including those still in the write-ahead log', async () => {
  const { db } = await newProject()
  addItems(db, [newItem(1), newItem(2)])
  const folder = newFolder()
  const file = await makeBackup(db, folder)
  assert.deepEqual(listBackups(folder), [path.basename(file)])
  assert.deepEqual(readdirSync(folder), [path.basename(file)])
  const copy = openDatabase(file)
  assert.equal(countItems(copy), 2)
  assert.equal(copy.pragma('integrity_check', { simple: true }), 'ok')
  copy.close()
})

test('three backups of today and one of each earlier day are kept, ten at most', () => {
  const now = new Date('2025-03-10T12:00:00Z')
  const names = Array.from({ length: 60 }, (_, index) => nameAt(hoursAgo(now, index * 5)))
  const kept = backupsToKeep(names, now)
  assert.equal(kept.size, 10)
  const days = [...kept].map((name) => name.slice(4, 14)).sort()
  assert.equal(days.filter((day) => day === '2025-03-10').length, 3)
  assert.deepEqual(
    days.slice(0, 7),
    ['03', '04', '05', '06', '07', '08', '09'].map((day) => `2025-03-${day}`),
  )
  for (const day of new Set(days)) {
    const newest = names
      .filter((name) => name.includes(day))
      .sort()
      .at(-1)!
    assert.ok(kept.has(newest), `the newest of ${day} is kept`)
  }
})

test('the newest backup is always kept, and never more than ten', () => {
  const now = new Date('2025-03-10T12:00:00Z')
  const hours = fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(hours, (all) => {
      const names = all.map((ago) => nameAt(hoursAgo(now, ago)))
      const kept = backupsToKeep(names, now)
      assert.ok(kept.has([...names].sort().at(-1)!))
      assert.ok(kept.size <= 10)
      assert.ok([...kept].every((name) => names.includes(name)))
    }),
  )
})

test('opening a project makes a backup if the last is a day old, and deletes older ones', async () => {
  const project = await newProject()
  const folder = path.join(project.folder, 'backups')
  project.close()
  assert.deepEqual(listBackups(folder), [], 'a new project has nothing to copy')
  await openProject(project.folder).then((again) => again.close())
  const [first] = listBackups(folder)
  assert.ok(first)
  await openProject(project.folder).then((again) => again.close())
  assert.deepEqual(listBackups(folder), [first])

  const day = hoursAgo(new Date(), 25)
  assert.equal(isBackupDue(folder), false)
  assert.equal(isBackupDue(folder, hoursAgo(new Date(), -25)), true)
  renameSync(path.join(folder, first), path.join(folder, nameAt(day)))
  await openProject(project.folder).then((again) => again.close())
  assert.equal(listBackups(folder).length, 2)
})

test('a backup that fails is reported and does not prevent opening', async () => {
  const project = await newProject()
  const folder = path.join(project.folder, 'backups')
  project.close()
  writeFileSync(folder, 'in the way')
  const again = await openProject(project.folder)
  assert.match(again.backupProblem!, /The daily backup of the database failed/)
  again.close()
})

test('other files in the backup folder are left alone', async () => {
  const { db } = await newProject()
  const folder = newFolder()
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'lab-mine.db'), 'x')
  await makeBackup(db, folder)
  assert.equal(readdirSync(folder).length, 2)
})
