import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { listAnnotations } from '../../electron/storage/annotations.ts'
import { openDatabase } from '../../electron/storage/database.ts'
import { addItems } from '../../electron/storage/items.ts'
import { listJudgements } from '../../electron/storage/judgements.ts'
import { migrate, readMigrations, schemaVersion } from '../../electron/storage/migrate.ts'
import { countWork } from '../../electron/storage/overview.ts'
import { splitPoint } from '../../electron/storage/split.ts'
import { addEarlier } from './earlier-projects.ts'
import { describeSchema, snapshotFile, updateCommand } from './schema.ts'
import { newFolder, newItem, scratch } from './scratch.ts'

const first = {
  name: '0001_first.sql',
  sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT',
}
const second = {
  name: '0002_second.sql',
  sql: 'ALTER TABLE notes ADD COLUMN length INTEGER NOT NULL DEFAULT 0; UPDATE notes SET length = length(note)',
}

test('the migrations give the schema of the committed snapshot', () => {
  const db = openDatabase(':memory:')
  migrate(db, readMigrations())
  const message = `The schema has changed. If a new migration is meant to change it, run: ${updateCommand}`
  assert.equal(describeSchema(db), readFileSync(snapshotFile, 'utf8'), message)
  db.close()
})

test('a migration keeps existing rows, and a second time there is nothing to do', () => {
  const db = openDatabase(':memory:')
  assert.equal(migrate(db, [first]), 1)
  db.exec("INSERT INTO notes (note) VALUES ('abc'), ('de')")
  assert.equal(migrate(db, [first, second]), 1)
  assert.deepEqual(db.prepare('SELECT note, length FROM notes').raw().all(), [
    ['abc', 3],
    ['de', 2],
  ])
  assert.equal(migrate(db, [first, second]), 0)
  assert.equal(schemaVersion(db), 2)
  db.close()
})

test('a migration that fails leaves schema, rows and version as they were', () => {
  const db = openDatabase(':memory:')
  migrate(db, [first])
  db.exec("INSERT INTO notes (note) VALUES ('abc')")
  const before = describeSchema(db)
  const failing = { name: '0002_failing.sql', sql: `${second.sql}; INSERT INTO nowhere VALUES (1)` }
  assert.throws(() => migrate(db, [first, failing]), /no such table: nowhere/)
  assert.equal(describeSchema(db), before)
  assert.equal(db.prepare('SELECT note FROM notes').pluck().get(), 'abc')
  assert.equal(migrate(db, [first, second]), 1)
  db.close()
})

test('a database of a newer version is refused and left alone', () => {
  const db = openDatabase(':memory:')
  migrate(db, [first, second])
  const before = describeSchema(db)
  assert.throws(() => migrate(db, [first]), {
    name: 'UserError',
    code: 'conflict',
    message: /made by a newer version of Stet \(schema 2; this version supports up to 1\)\. Update Stet/,
  })
  assert.equal(describeSchema(db), before)
  db.close()
})

test('items with a blank document are split by their prompts once an older project is opened', () => {
  const db = openDatabase(':memory:')
  const isBlankFix = ({ name }: { name: string }) => name.includes('blank_documents')
  const migrations = readMigrations()
  migrate(db, migrations.slice(0, migrations.findIndex(isBlankFix)))
  const items = [
    newItem(1, { metadata: { document: ' ' } }),
    newItem(2, { context: '\n' }),
    newItem(3, { metadata: { document: 'd' } }),
  ]
  addEarlier(db, items)
  db.exec('UPDATE items SET split_point = 0.5')
  migrate(db, migrations)
  const points = db.prepare('SELECT split_point FROM items ORDER BY seq').pluck().all()
  assert.deepEqual(points, [splitPoint(items[0]!), splitPoint(items[1]!), 0.5])
  db.close()
})

test('verdicts of an older project have no reason, and stay as they were', () => {
  const db = openDatabase(':memory:')
  const migrations = readMigrations()
  migrate(
    db,
    migrations.slice(
      0,
      migrations.findIndex(({ name }) => name.includes('judgement_reasons')),
    ),
  )
  db.exec(`INSERT INTO evaluations (id, kind, name, config, created_at) VALUES ('e', 'blind', 'e', '{}', 'now');
    INSERT INTO judgements (evaluation_id, pair_id, judge, swapped, preference, elapsed_ms, raw_reply, created_at)
    VALUES ('e', 'p', 'ann', 0, 1, 5, '', 'now')`)
  migrate(db, migrations)
  const [verdict] = listJudgements(db, 'e')
  assert.deepEqual(verdict, {
    pairId: 'p',
    judge: 'ann',
    swapped: false,
    preference: 1,
    elapsedMs: 5,
    rawReply: '',
  })
  db.close()
})

test('items of an older project are found by their own ids and metadata once it is opened', () => {
  const db = openDatabase(':memory:')
  const migrations = readMigrations()
  migrate(
    db,
    migrations.slice(
      0,
      migrations.findIndex(({ name }) => name.includes('item_details')),
    ),
  )
  addEarlier(db, [newItem(1, { sourceId: 'row-77' }), newItem(2, { metadata: { clerk: { name: 'Zoë' } } })])
  migrate(db, migrations)
  addItems(db, [newItem(3, { sourceId: 'row-78' })])
  const find = (words: string) =>
    db.prepare('SELECT rowid FROM item_search WHERE item_search MATCH ? ORDER BY rowid').pluck().all(words)
  assert.deepEqual([find('"77"'), find('"zoe"'), find('"78"'), find('p1')], [[1], [2], [3], [1]])
  db.prepare('DELETE FROM items WHERE seq = 2').run()
  assert.deepEqual(find('"zoe"'), [])
  db.close()
})

test('revisions of an older project get the checksums that new ones have, and are counted', () => {
  const db = openDatabase(':memory:')
  const migrations = readMigrations()
  migrate(
    db,
    migrations.slice(
      0,
      migrations.findIndex(({ name }) => name.includes('incoming')),
    ),
  )
  const item = newItem(1)
  addEarlier(db, [item])
  db.prepare(
    `INSERT INTO annotations (item_id, annotator, revision, state, edited, operations, elapsed_ms, provenance, created_at)
     VALUES (?, 'ann', 1, 'done', 'é\n', '[]', 12.5, 'human', '2026-01-01T00:00:00.000Z')`,
  ).run(item.id)
  migrate(db, migrations)
  assert.deepEqual(
    listAnnotations(db, item.id).map(({ edited }) => edited),
    ['é\n'],
  )
  const { annotations, annotators } = countWork(db)
  assert.deepEqual([annotations.done, annotators], [1, ['ann']])
  db.close()
})

test('migrations are numbered from one without gaps', () => {
  const folder = path.join(scratch, 'gaps')
  mkdirSync(folder)
  for (const name of ['0001_a.sql', '0003_b.sql']) writeFileSync(path.join(folder, name), '')
  assert.throws(() => readMigrations(folder), /0003_b.sql should be 0002_/)
})

test('every connection waits for the disk, checks references and uses a write-ahead log', () => {
  const file = newFolder()
  for (let time = 0; time < 2; time++) {
    const db = openDatabase(file)
    const pragma = (name: string) => db.pragma(name, { simple: true })
    assert.equal(pragma('journal_mode'), 'wal')
    assert.equal(pragma('synchronous'), 2)
    assert.equal(pragma('foreign_keys'), 1)
    assert.equal(pragma('busy_timeout'), 5000)
    db.close()
  }
})

test('a file that is not a database is refused in a sentence', () => {
  const file = newFolder()
  writeFileSync(file, 'this is not a database, though it is long enough to have a header'.repeat(10))
  assert.throws(() => openDatabase(file), { name: 'UserError', message: /is not a database/ })
})
