import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { openDatabase } from '../../electron/storage/database.ts'
import { readMigrations, schemaVersion } from '../../electron/storage/migrate.ts'
import { createProject, openProject, prepareDatabase } from '../../electron/storage/project.ts'
import { createRun, getRun, listRuns, setRunState } from '../../electron/storage/runs.ts'
import { newFolder, newProject, someRun } from './scratch.ts'

const module = path.resolve(import.meta.dirname, '../../electron/storage/project.ts')
const children: ChildProcess[] = []
after(() => {
  for (const child of children) child.kill('SIGKILL')
})

/** Opens the project in another process, which says how that went and keeps it open until it is killed. */
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

test('a folder with something in it, and one without a project, are refused', async () => {
  const folder = newFolder()
  mkdirSync(folder)
  await assert.rejects(openProject(folder), {
    name: 'UserError',
    code: 'not_found',
    message: /is no Stet project/,
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

test('a project that a newer Stet made can be looked at and not changed, and goes on with the newer one', async () => {
  const folder = newFolder()
  const project = await createProject(folder, 'x')
  const version = project.db.pragma('user_version', { simple: true })
  project.db.pragma('user_version = 99')
  project.close()
  const file = path.join(folder, 'lab.db')
  const before = readFileSync(file)
  const older = await openProject(folder)
  assert.match(older.readOnly!, /newer Stet made this project \(schema 99/)
  assert.equal(older.name, 'x')
  assert.deepEqual(listRuns(older.db), [])
  assert.throws(() => createRun(older.db, someRun), {
    name: 'UserError',
    message: /open for reading only/,
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

test('a database is copied before it is brought to a newer schema', async () => {
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

test('a second process is refused with the name of the first, until that one is dead', async () => {
  const folder = newFolder()
  const first = await createProject(folder, 'x')
  const { child, answer } = await openElsewhere(folder)
  assert.match(answer, new RegExp(`is open in process ${process.pid} \\(project.test.ts.*\\) since 20`))
  await kill(child)
  await assert.rejects(openProject(folder), { code: 'conflict', message: /is open in this process/ })
  first.close()

  const holder = await openElsewhere(folder)
  assert.equal(holder.answer, 'open')
  await assert.rejects(openProject(folder), {
    name: 'UserError',
    code: 'conflict',
    message: new RegExp(`is open in process ${holder.child.pid} `),
  })
  await kill(holder.child)
  assert.ok(existsSync(path.join(folder, 'lock.json')), 'the dead process left its name')
  const second = await openProject(folder)
  second.close()
})

test('of many processes that open a project at once exactly one gets it', async () => {
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

test('runs that were going on when their process died are paused by the next opening', async () => {
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

test('a project whose folder was copied while it was open opens as the copy', async () => {
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
