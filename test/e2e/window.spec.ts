/** What the page may not do, even if a hostile script runs in it: the real preload and main process answer. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright'
import { channels } from '../../electron/contract/shell-channels.ts'
import { createProject } from '../../electron/storage/index.ts'
import { count } from '../promises/count.ts'
import { freshFolder } from './browser.ts'
import { type DesktopApp, goTo, hostPid, launchDesktop, until, windowAt } from './desktop-app.ts'
import { type ForeignServer, openForeignServer } from './foreign-server.ts'
import { insert, markup, scripts } from './hostile-page.ts'

const folder = freshFolder()
const project = path.join(folder, 'projects/window.stet')
let app: DesktopApp
let page: Page
let outside: ForeignServer

before(async () => {
  const { close } = await createProject(project, 'window')
  close()
  outside = await openForeignServer()
  app = await launchDesktop(folder, [project])
  page = await windowAt(app, /window\.stet\/data$/)
})

after(() => {
  app.kill()
  outside.close()
})

const settle = () => new Promise((resolve) => setTimeout(resolve, 150))

/** @param attempt settles with true if it got what it wanted */
async function assertKept(name: string, attempt: () => Promise<unknown>): Promise<void> {
  const address = page.url()
  const got = await attempt().catch(() => false)
  await settle()
  assert.notEqual(got, true, `${name}: it got what it wanted`)
  assert.deepEqual(outside.reached.splice(0), [], `${name} reached an address outside`)
  await until(`${name} has opened no window`, () => app.windows().length === 1)
  assert.equal(page.url().replace(/#.*/, ''), address.replace(/#.*/, ''), `${name} left the page`)
  assert.equal(await page.evaluate(() => Reflect.get(window, 'gotOut')), undefined, `${name} ran code`)
}

describe('a hostile page gets nothing out', () => {
  const host = () => ({ host: outside.host, origin: `http://${outside.host}` })

  test('to an address that answers others', async () => {
    assert.ok((await fetch(host().origin)).ok)
    assert.deepEqual(outside.reached.splice(0), ['a connection', 'GET /'])
  })

  for (const [name, html] of Object.entries(markup))
    test(`by ${name}`, () => assertKept(name, () => page.evaluate(insert, html(host().origin))))

  for (const [name, script] of Object.entries(scripts))
    test(`by ${name}`, () => assertKept(name, () => page.evaluate(script, host())))

  after(() => {
    const probes = Object.keys(markup).length + Object.keys(scripts).length
    count(
      'window',
      `${probes} probes from a hostile page: none reached an address, a window, Node or a permission`,
    )
  })
})

describe('the page may not', () => {
  test('read a file that is not part of the page', async () => {
    const statuses = await page.evaluate(
      (addresses) => Promise.all(addresses.map(async (address) => (await fetch(address)).status)),
      [
        '/..%2f..%2fpackage.json',
        '/%2e%2e%2fapp%2felectron%2fmain%2findex.js',
        '/..%5c..%5cpackage.json',
        '/%zz',
        '/',
      ],
    )
    assert.deepEqual(statuses, [404, 404, 404, 404, 404])
    assert.equal(await page.evaluate(async () => (await fetch('/index.html')).status), 200)
  })

  test('run foreign scripts: the policy allows only its own', async () => {
    const policy = await page.evaluate(async () =>
      (await fetch('/index.html')).headers.get('content-security-policy'),
    )
    assert.match(policy ?? '', /default-src 'none'; script-src 'self';/)
    assert.doesNotMatch(policy?.match(/script-src[^;]*/)?.[0] ?? '', /unsafe|\*|http/)
  })

  test('reach Node, Electron or anything of the preload but its three functions', async () => {
    const found = await page.evaluate(() => {
      const bridge = Reflect.get(window, 'stet')
      const names = [
        'require',
        'process',
        'module',
        'exports',
        'Buffer',
        'global',
        'ipcRenderer',
        'electron',
        '__dirname',
      ]
      return { names: names.filter((name) => name in window), bridge: Object.keys(bridge).sort() }
    })
    assert.deepEqual(found, { names: [], bridge: ['choose', 'pathOf', 'restartHost'] })
  })

  test('make the main process accept a request of another form', async () => {
    const refused = await page.evaluate(async () => {
      const { choose } = Reflect.get(window, 'stet')
      const asked = ['/etc/passwd', '', null, {}, ['file'], { toString: () => 'file' }, 'file\0']
      const answers = await Promise.allSettled(asked.map(async (what) => choose(what)))
      return answers.filter(({ status }) => status === 'rejected').length
    })
    assert.equal(refused, 7)
    assert.equal(app.windows().length, 1)
  })

  test('end the host by messages that it cannot read', async () => {
    const pid = hostPid(project)
    await page.evaluate(async (ready) => {
      const port = await new Promise<MessagePort>((resolve) => {
        window.addEventListener('message', ({ ports: [received] }) => received && resolve(received))
        window.postMessage({ type: ready }, location.origin)
      })
      port.start()
      for (const garbage of ['{"i":1,"p":', 'null', '{"i":1,"p":{"u":"::"}}', 'a'.repeat(2 ** 20)])
        port.postMessage(garbage)
      for (const message of [
        null,
        1,
        'x',
        { type: 'stet:choose' },
        { type: 'stet:port' },
        { type: ready, more: [] },
      ])
        window.postMessage(message, location.origin)
    }, channels.ready)
    await new Promise((resolve) => setTimeout(resolve, 500))
    assert.equal(hostPid(project), pid)
    process.kill(pid, 0)
    await goTo(page, 'runs')
    await page.locator('#main').waitFor()
  })

  test('be impersonated: messages from other senders are ignored', async () => {
    const joined = await app.evaluate(({ ipcMain }, ready) => {
      let joined = 0
      const sender = { send: () => joined++, postMessage: () => joined++ }
      const frames = [
        { url: 'https://evil.example/', parent: null },
        { url: 'app://stet.evil.example/index.html', parent: null },
        { url: 'app://stet/index.html', parent: { url: 'app://stet/index.html' } },
        null,
      ]
      for (const senderFrame of frames) ipcMain.emit(ready, { sender, senderFrame })
      const refused = joined
      ipcMain.emit(ready, { sender, senderFrame: { url: 'app://stet/index.html', parent: null } })
      return { refused, answered: joined }
    }, channels.ready)
    assert.deepEqual(joined, { refused: 0, answered: 1 })
  })
})
