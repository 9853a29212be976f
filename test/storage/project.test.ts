import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { openDatabase } from '../../electron/storage/database.ts'
import { ProjectInUse } from '../../electron/storage/lock.ts'
import { readMigrations, schemaVersion } from '../../electron/storage/migrate.ts'
import {
  createProject,
  openProject,
  openProjectBeside,
  prepareDatabase,
} from '../../electron/storage/project.ts'
import { createRun, getRun, listRuns, setRunState } from '../../electron/storage/runs.ts'
import { newFolder, newProject, someRun } from './scratch.ts'

const module = path.resolve(import.meta.dirname, '../../electron/storage/project.ts')
const children: ChildProcess[] = []
after(() => {
  for (const child of children) child.kill('SIGKILL')
})

/** Opens the project in another process, which prints the outcome and keeps it open until it is killed. */
async function openElsewhere(folder: string): Promise<{ child: ChildProcess; answer: string }> {
  const script = `
    const { openProject } = await import(${JSON.stringify(module)})
    await openProject(process.argv[1]).then(() => console.log('open'), (error) => console.log(error.message))
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const [answer] = await once(createInterface({ input: child.stdout! }), 'line')
  return { child, answer }
}

async function kill(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}

test('a project is a folder with a database, keeps its name and its folders, and opens again', async () => {
  const folder = newFolder()
  const project = await createProject(folder, 'Ferry')
  assert.equal(project.name, 'Ferry')
  project.close()
  assert.deepEqual(readdirSync(folder).sort(), ['checkpoints', 'exports', 'lab.db', 'lock'])
  const again = await openProject(folder)
  assert.equal(again.name, 'Ferry')
  again.close()
})

test('a folder that is not empty cannot become a project, and one without a project cannot be opened', async () => {
  const folder = newFolder()
  mkdirSync(folder)
  await assert.rejects(openProject(folder), {
    name: 'UserError',
    code: 'not_found',
    message: /is not a Stet project/,
  })
  writeFileSync(path.join(folder, 'mine'), 'x')
  await assert.rejects(createProject(folder, 'x'), {
    name: 'UserError',
    code: 'conflict',
    message: /not empty/,
  })
  assert.deepEqual(readdirSync(folder), ['mine'])
})

test("another program's database is refused and left alone", async () => {
  const folder = newFolder()
  mkdirSync(folder)
  const db = openDatabase(path.join(folder, 'lab.db'))
  db.exec('CREATE TABLE theirs (x)')
  db.close()
  await assert.rejects(openProject(folder), { name: 'UserError', message: /belongs to another program/ })
})

test('a project of a newer version opens read-only and still works in the newer version', async () => {
  const folder = newFolder()
  const project = await createProject(folder, 'x')
  const version = project.db.pragma('user_version', { simple: true })
  project.db.pragma('user_version = 99')
  project.close()
  const file = path.join(folder, 'lab.db')
  const before = readFileSync(file)
  const older = await openProject(folder)
  assert.match(older.readOnly!, /made by a newer version of Stet \(schema 99/)
  assert.equal(older.name, 'x')
  assert.deepEqual(listRuns(older.db), [])
  assert.throws(() => createRun(older.db, someRun), {
    name: 'UserError',
    message: /open read-only/,
  })
  older.close()
  assert.deepEqual(readFileSync(file), before)
  const db = openDatabase(file)
  db.pragma(`user_version = ${version}`)
  db.close()
  const again = await openProject(folder)
  assert.equal(again.readOnly, null)
  again.close()
})

test('a database is backed up before it is migrated', async () => {
  const { db, folder } = await newProject()
  const migrations = readMigrations()
  const next = { name: 'next.sql', sql: 'CREATE TABLE later (x)' }
  await prepareDatabase(db, folder, [...migrations, next])
  const backups = path.join(folder, 'backups')
  const copy = openDatabase(path.join(backups, readdirSync(backups)[0]!))
  assert.equal(schemaVersion(copy), migrations.length)
  assert.equal(schemaVersion(db), migrations.length + 1)
  copy.close()
})

test('a second process is refused by a message that names the first, until the first has died', async () => {
  const folder = newFolder()
  const first = await createProject(folder, 'x')
  const { child, answer } = await openElsewhere(folder)
  assert.match(answer, new RegExp(`has been open in process ${process.pid} \\(project.test.ts.*\\) since 20`))
  await kill(child)
  await assert.rejects(openProject(folder), { code: 'conflict', message: /has been open in this process/ })
  first.close()

  const holder = await openElsewhere(folder)
  assert.equal(holder.answer, 'open')
  await assert.rejects(openProject(folder), {
    name: 'UserError',
    code: 'conflict',
    message: new RegExp(`has been open in process ${holder.child.pid} `),
  })
  await kill(holder.child)
  assert.ok(existsSync(path.join(folder, 'lock.json')), 'the dead process left its record')
  const second = await openProject(folder)
  second.close()
})

test('what a process that has the project open has stored can be read beside it, and it is not delayed', async () => {
  const folder = newFolder()
  assert.equal(openProjectBeside(folder), null, 'there is no project yet')
  const holder = await createProject(folder, 'x')
  const before = createRun(holder.db, someRun)
  const reader = openProjectBeside(folder)!
  const names = () => listRuns(reader.db).map(({ id }) => id)
  assert.deepEqual([names(), reader.name], [[before.id], 'x'])
  const after = createRun(holder.db, someRun)
  assert.deepEqual(names(), [before.id], 'a reader sees one moment')
  assert.throws(() => createRun(reader.db, someRun), { code: 'conflict' })
  reader.close()
  const later = openProjectBeside(folder)!
  assert.deepEqual(
    listRuns(later.db).map(({ id }) => id),
    [before.id, after.id],
  )
  later.close()
  await assert.rejects(openProject(folder), ProjectInUse)
  holder.close()
})

test('a project of another schema is not read beside the process that has it open', async () => {
  const holder = await newProject()
  holder.db.pragma(`user_version = ${readMigrations().length + 1}`)
  assert.equal(openProjectBeside(holder.folder), null)
  holder.db.pragma(`user_version = ${readMigrations().length}`)
})

test('exactly one of several processes that open a project at once succeeds', async () => {
  const folder = newFolder()
  const { close } = await createProject(folder, 'x')
  close()
  for (let round = 0; round < 2; round++) {
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => openElsewhere(folder)))
    const winners = outcomes.filter(({ answer }) => answer === 'open')
    assert.equal(winners.length, 1)
    for (const { child, answer } of outcomes) {
      if (answer !== 'open') assert.match(answer, new RegExp(`process ${winners[0]!.child.pid} `))
      await kill(child)
    }
  }
})

test('runs of a crashed process are paused when the project is next opened', async () => {
  const folder = newFolder()
  const project = await createProject(folder, 'x')
  const run = createRun(project.db, someRun)
  setRunState(project.db, run.id, 'running')
  const waiting = createRun(project.db, someRun)
  project.close()
  const again = await openProject(folder)
  assert.equal(getRun(again.db, run.id).state, 'paused')
  assert.equal(getRun(again.db, waiting.id).state, 'queued')
  again.close()
})

test('a folder that was copied while the project was open can be opened', async () => {
  const project = await newProject()
  const copy = newFolder()
  mkdirSync(copy)
  for (const name of readdirSync(project.folder)) {
    if (name === 'lock' || !name.includes('.')) continue
    writeFileSync(path.join(copy, name), readFileSync(path.join(project.folder, name)))
  }
  const opened = await openProject(copy)
  assert.equal(opened.name, 'test')
  opened.close()
})
