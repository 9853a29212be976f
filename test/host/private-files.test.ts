/** What Stet writes is for its user: others on the machine can neither read a project nor keep its owner out. */
import assert from 'node:assert/strict'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { openLog } from '../../electron/host/log.ts'
import { createProject, openProject } from '../../electron/storage/index.ts'
import { assertMistake, stetIn, temporaryFolder, writeRows } from './entry/cli-process.ts'

const folder = temporaryFolder()
process.env.STET_SETTINGS = path.join(folder, 'settings')
const hasModes = process.platform !== 'win32'
const modeOf = (file: string) => statSync(file).mode & 0o777

test('the command line makes private files and folders', { skip: !hasModes }, async () => {
  writeRows(path.join(folder, 'rows.jsonl'), [{ prompt: 'Hi?', rejected: 'a b', chosen: 'a c' }])
  for (const args of [
    ['init', 'own.stet'],
    ['import', 'own.stet', 'rows.jsonl'],
    ['export', 'own.stet', '--out', 'out.jsonl'],
  ]) {
    const outcome = await stetIn(folder, args)
    assert.equal(outcome.code, 0, outcome.stderr)
  }
  const project = path.join(folder, 'own.stet')
  const written = readdirSync(project, { recursive: true, encoding: 'utf8' }).map((name) =>
    path.join(project, name),
  )
  assert.ok(written.length >= 4, written.join())
  for (const file of [project, ...written, path.join(folder, 'out.jsonl')])
    assert.equal(modeOf(file) & 0o077, 0, file)
})

test('an older project becomes private when it is opened, a shared one stays shared', {
  skip: !hasModes,
}, async () => {
  const older = path.join(folder, 'older.stet')
  ;(await createProject(older, 'older')).close()
  for (const [before, after] of [
    [0o755, 0o700],
    [0o2770, 0o770],
    [0o775, 0o770],
  ] as const) {
    chmodSync(older, before)
    chmodSync(path.join(older, 'lock'), before & 0o666)
    ;(await openProject(older)).close()
    assert.equal(modeOf(older), after)
    assert.equal(modeOf(path.join(older, 'lock')), after & 0o666)
  }
})

test('a file of a project that is a link is refused, and what it leads to is left alone', async () => {
  const real = path.join(folder, 'real.stet')
  ;(await createProject(real, 'real')).close()
  for (const name of ['lab.db', 'lock', 'lab.db-wal']) {
    const hostile = path.join(folder, `hostile-${name}.stet`)
    const target = path.join(folder, `target-${name}`)
    mkdirSync(hostile)
    copyFileSync(path.join(real, 'lab.db'), path.join(hostile, 'lab.db'))
    if (name === 'lab.db') renameSync(path.join(hostile, name), target)
    else writeFileSync(target, 'kept')
    const before = readFileSync(target)
    symlinkSync(target, path.join(hostile, name))
    await assert.rejects(openProject(hostile), {
      code: 'bad_input',
      message: new RegExp(`^${name} in .* is a link`),
    })
    assert.deepEqual(readFileSync(target), before)
    assertMistake(await stetIn(folder, ['runs', hostile]), 2, /is a link to a file elsewhere/)
  }
})

test('the log is not written through a link', () => {
  const project = path.join(folder, 'logged')
  const target = path.join(folder, 'profile')
  mkdirSync(project)
  writeFileSync(target, 'kept')
  symlinkSync(target, path.join(project, 'stet.log'))
  const log = openLog(project)
  log.logger().error('something')
  assert.equal(readFileSync(target, 'utf8'), 'kept')
  assert.notEqual(path.dirname(log.file), project)
})
