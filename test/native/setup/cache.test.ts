/** The shared cache: its location, its folders (complete or absent), and the lock for one setup at a time. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { cacheFolder, publish, withLock, writeWhole } from '../../../native/setup/cache.mjs'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'stet-cache-'))
after(() => rmSync(scratch, { recursive: true }))

test('the cache is at STET_CACHE, else in the platform’s cache folder', () => {
  const home = path.resolve('/home/ada')
  const at = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv) => cacheFolder({ env, platform, home })
  assert.equal(at('linux', {}), path.join(home, '.cache', 'stet'))
  assert.equal(at('linux', { XDG_CACHE_HOME: '/var/cache' }), path.join('/var/cache', 'stet'))
  assert.equal(at('darwin', {}), path.join(home, 'Library', 'Caches', 'stet'))
  assert.equal(at('win32', { LOCALAPPDATA: 'C:\\Local' }), path.join('C:\\Local', 'stet'))
  assert.equal(at('darwin', { STET_CACHE: '/big/disk' }), path.resolve('/big/disk'))
})

test('a folder appears only when it is complete, and leaves nothing behind when it fails', async () => {
  const folder = path.join(scratch, 'publish', 'libraries')
  await assert.rejects(
    publish(folder, async (temporary) => {
      writeFileSync(path.join(temporary, 'half'), 'x')
      throw new Error('the network went away')
    }),
    /the network went away/,
  )
  assert.deepEqual(readdirSync(path.dirname(folder)), [])
  await publish(folder, async (temporary) => {
    writeFileSync(path.join(temporary, 'whole'), 'x')
    assert.ok(!existsSync(folder))
  })
  assert.deepEqual(readdirSync(folder), ['whole'])
})

test('unfinished folders of a killed setup are removed, and a damaged folder is replaced', async () => {
  const folder = path.join(scratch, 'replace', 'libraries')
  mkdirSync(`${folder}.part-99999`, { recursive: true })
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'damaged'), 'x')
  await publish(folder, async (temporary) => writeFileSync(path.join(temporary, 'sound'), 'x'))
  assert.deepEqual(readdirSync(path.dirname(folder)), ['libraries'])
  assert.deepEqual(readdirSync(folder), ['sound'])
})

test('a file is written completely, and its folder is created', () => {
  const file = path.join(scratch, 'deep', 'runtime.json')
  writeWhole(file, '{}')
  assert.equal(readFileSync(file, 'utf8'), '{}')
  assert.deepEqual(readdirSync(path.dirname(file)), ['runtime.json'])
})

test('the lock is released after the work, even if it fails', async () => {
  const lock = path.join(scratch, 'released', 'setup.lock')
  assert.equal(await withLock(lock, async () => existsSync(lock)), true)
  await assert.rejects(
    withLock(lock, async () => {
      throw new Error('failed')
    }),
    /failed/,
  )
  assert.ok(!existsSync(lock))
})

test('the lock of a process that died is taken over at once', async () => {
  const lock = path.join(scratch, 'dead.lock')
  const dead = spawnSync(process.execPath, ['-e', '']).pid
  writeFileSync(lock, `${dead} ${os.hostname()}`)
  assert.equal(await withLock(lock, async () => 'done'), 'done')
})

test('a lock that was not touched for a minute is taken over, even from another machine', async () => {
  const lock = path.join(scratch, 'stale.lock')
  writeFileSync(lock, '1 another-machine')
  const twoMinutesAgo = new Date(Date.now() - 120_000)
  utimesSync(lock, twoMinutesAgo, twoMinutesAgo)
  assert.equal(await withLock(lock, async () => 'done'), 'done')
})

test('others wait while one process holds the lock: a shared counter loses no increment', async () => {
  const lock = path.join(scratch, 'counter.lock')
  const counter = path.join(scratch, 'counter')
  writeFileSync(counter, '0')
  const script = `
    import { readFileSync, writeFileSync } from 'node:fs'
    import { withLock } from ${JSON.stringify(new URL('../../../native/setup/cache.mjs', import.meta.url).href)}
    for (let i = 0; i < 3; i++) await withLock(${JSON.stringify(lock)}, async () => {
      const before = Number(readFileSync(${JSON.stringify(counter)}, 'utf8'))
      await new Promise((resolve) => setTimeout(resolve, 20))
      writeFileSync(${JSON.stringify(counter)}, String(before + 1))
    })`
  const children = [1, 2, 3].map(() =>
    spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' }),
  )
  const codes = await Promise.all(children.map((child) => once(child, 'exit')))
  assert.deepEqual(
    codes.map(([code]) => code),
    [0, 0, 0],
  )
  assert.equal(readFileSync(counter, 'utf8'), '9')
})
