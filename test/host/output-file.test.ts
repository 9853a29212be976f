/** Where verbs may write. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { outputFile } from '../../electron/host/output-file.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'stet-output-'))
after(() => rmSync(folder, { recursive: true }))
const project = path.join(folder, 'p.stet')
mkdirSync(path.join(project, 'exports'), { recursive: true })
writeFileSync(path.join(project, 'lab.db'), 'the database')

test('a project’s own files and folders are refused, with force as well; its folder exports is not', () => {
  for (const name of [
    'lab.db',
    'lab.db-wal',
    'new.jsonl',
    'checkpoints/run_1/x',
    'exports/../lab.db',
    'exports',
  ])
    for (const force of [false, true])
      assert.throws(() => outputFile(path.join(project, name), force), { code: 'bad_input' }, name)
  assert.equal(
    outputFile(path.join(project, 'exports', 'a.jsonl'), false),
    path.join(project, 'exports', 'a.jsonl'),
  )
  assert.equal(readFileSync(path.join(project, 'lab.db'), 'utf8'), 'the database')
})

test('an existing file is replaced only if that is allowed, a folder never', () => {
  const file = path.join(folder, 'there.jsonl')
  writeFileSync(file, 'x')
  assert.throws(() => outputFile(file, false), { code: 'conflict', message: /already exists.*--force/ })
  assert.equal(outputFile(file, true), file)
  assert.throws(() => outputFile(folder, true), { code: 'bad_input', message: /is a folder/ })
  symlinkSync(path.join(folder, 'nowhere'), path.join(folder, 'link'))
  assert.throws(() => outputFile(path.join(folder, 'link'), false), { code: 'conflict' })
  assert.equal(outputFile(path.join(folder, 'new.jsonl'), false), path.join(folder, 'new.jsonl'))
})
