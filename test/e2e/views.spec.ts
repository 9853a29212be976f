/**
 * Every view of a project with much in it: nothing scrolls sideways at any width and size of text, the page draws no more
 * than 100 rows, and axe finds no problem in either theme.
 */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import Database from 'better-sqlite3'
import type { Page } from 'playwright'
import { views } from '../../electron/contract/views.ts'
import { StartWork } from '../../electron/contract/work.ts'
import { openApp } from './app.ts'
import { axeProblems } from './axe.ts'
import { widerThanWindow } from './reach.ts'

const widths = [640, 1024, 1440, 2560]
const textSizes = [100, 200]
const copies = 150
const mostRows = 100

/** Repeats the newest row of a table, under other ids and names. */
function repeat(db: Database.Database, table: 'runs' | 'models' | 'evaluations'): void {
  const columns = db
    .prepare<[string], string>(
      "SELECT name FROM pragma_table_info(?) WHERE name NOT IN ('seq', 'id', 'name')",
    )
    .pluck()
    .all(table)
    .join(', ')
  const insert = db.prepare(
    `INSERT INTO ${table} (id, name, ${columns})
     SELECT id || '-' || @n, name || '-' || @n, ${columns} FROM ${table} WHERE seq = 1`,
  )
  for (let n = 0; n < copies; n++) insert.run({ n })
}

/** The largest number of rows that one list or table of the page holds. */
function mostRowsOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const counts = new Map<Element, number>()
    for (const row of document.querySelectorAll('[role=row], tr, li, [role=option], [role=listitem]')) {
      const list =
        row.closest('table, [role=table], [role=grid], ul, ol, [role=list], [role=listbox]') ?? document.body
      counts.set(list, (counts.get(list) ?? 0) + 1)
    }
    return Math.max(0, ...counts.values())
  })
}

describe('every view of a project with much in it', async () => {
  const app = await openApp()
  after(() => app.close())
  const project = await app.makeSample()

  const work = async (verb: string, input: object) => {
    const { id } = await app.host.work.start(StartWork.parse({ verb, input: { project, ...input } }))
    for await (const _ of await app.host.work.watch({ id }));
    assert.equal((await app.host.work.get({ id })).error, null)
  }

  before(async () => {
    const config = { epochs: 1, maxSteps: 3, batchSize: 16, maxQueryTokens: 64, maxResponseTokens: 64 }
    await work('train sft', { model: 'world', name: 'short', config })
    await work('judge', { reference: 'short', candidate: 'short', judge: 'length:shorter', prompts: 8 })
    await app.stopHost()
    const db = new Database(path.join(project, 'lab.db'))
    for (const table of ['runs', 'models', 'evaluations'] as const) repeat(db, table)
    db.close()
    await app.startHost()
  })

  for (const { path: view, title } of views) {
    test(`${title}: fits from 640 to 2560 px and at 200% text, with at most ${mostRows} rows`, async () => {
      for (const textSize of textSizes) {
        await app.page.evaluate(
          (size) => localStorage.setItem('stet-settings', JSON.stringify({ textSize: size })),
          textSize,
        )
        await app.goto(view)
        await app.page.reload()
        await app.page.locator('.view-body > *').first().waitFor()
        await app.page.waitForLoadState('networkidle')
        for (const width of widths) {
          await app.page.setViewportSize({ width, height: width / 1.6 })
          // Twice: a view may measure its space before it lays itself out.
          for (let frame = 0; frame < 2; frame++)
            await app.page.evaluate(() => new Promise((done) => requestAnimationFrame(done)))
          const where = `${title} at ${width} px, ${textSize}%`
          assert.equal(await widerThanWindow(app.page), 0, where)
          const rows = await mostRowsOf(app.page)
          assert.ok(rows <= mostRows, `${where}: ${rows} rows`)
          const beside = await app.page.evaluate(
            () => document.documentElement.scrollHeight - document.documentElement.clientHeight,
          )
          assert.ok(beside <= 0, `${where}: the document scrolls beside the view, by ${beside} px`)
        }
      }
    })

    for (const colorScheme of ['light', 'dark'] as const) {
      test(`${title}: axe finds no problem in the ${colorScheme} theme`, async () => {
        await app.page.evaluate(() => localStorage.removeItem('stet-settings'))
        await app.page.emulateMedia({ colorScheme })
        await app.page.setViewportSize({ width: 1280, height: 800 })
        await app.goto(view)
        await app.page.reload()
        await app.page.locator('.view-body > *').first().waitFor()
        await app.page.waitForLoadState('networkidle')
        assert.deepEqual(await axeProblems(app.page), [])
      })
    }
  }
})
