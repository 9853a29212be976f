/** The charts of a run: values at the shared line, axes that say what they cannot show, and a grid that stays in order. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import Database from 'better-sqlite3'
import { StartWork } from '../../electron/contract/work.ts'
import { numberOf } from '../../renderer/ui/format.ts'
import { openApp } from './app.ts'
import { axeProblems } from './axe.ts'
import { curvePixels } from './drawn.ts'

const steps = 8
/** Metrics of SFT: one that the test makes negative, and one that stays positive. */
const [negative, positive] = ['optim/grad_norm', 'sft/loss'] as const

describe('the charts of a run', async () => {
  const app = await openApp({ viewport: { width: 1440, height: 900 } })
  const { page } = app
  after(() => app.close())
  const project = await app.makeSample()
  let run = ''
  /** The chart of a metric, whose name is in the tooltip of its title. */
  const charts = page.locator('figure.chart-card')

  before(async () => {
    const config = { epochs: 1, maxSteps: steps, batchSize: 16, maxQueryTokens: 64, maxResponseTokens: 64 }
    const input = { project, model: 'world', name: 'short', config }
    const { id } = await app.host.work.start(StartWork.parse({ verb: 'train sft', input }))
    for await (const _ of await app.host.work.watch({ id }));
    run = (await app.host.runs.list({ project }))[0]!.id
    await app.stopHost()
    const db = new Database(path.join(project, 'lab.db'))
    const { changes } = db.prepare('UPDATE metrics SET value = -value WHERE key = ?').run(negative)
    assert.equal(changes, steps)
    db.close()
    await app.startHost()
  })

  const openRun = async (search: Record<string, string> = {}) => {
    await app.goto('runs', { run, ...search })
    await charts.first().locator('canvas').waitFor()
  }

  test('the line at which values are read shows the value of every chart at that step', async () => {
    await openRun()
    const { series } = await app.host.runs.series({ project, run })
    const shown = async () => (await page.locator('.chart-value').allInnerTexts()).sort()
    const stored = (step: number) =>
      Object.values(series).flatMap((points) => {
        const point = points.length === 1 ? points[0] : points.find(([at]) => at === step)
        return point ? [numberOf(point[1])] : []
      })
    await charts.first().focus()
    for (const step of [steps - 1, steps - 2]) {
      await page.keyboard.press('ArrowLeft')
      // The held-out loss has one value, at the last step.
      const flags = charts.filter({ hasNotText: 'Held-out' }).locator('.chart-flag:not([hidden])')
      await flags.first().waitFor()
      assert.deepEqual([...new Set(await flags.allTextContents())], [String(step)])
      assert.equal(await flags.count(), (await charts.count()) - 1, 'all charts follow')
      const wanted = stored(step)
      for (const value of await shown())
        assert.ok(
          wanted.includes(value),
          `${value} is not a value of step ${step}: ${JSON.stringify(Object.entries(series).map(([k, p]) => [k, p.slice(-4)]))}`,
        )
    }
    const loss = (step: number) => numberOf(series[positive]!.find(([at]) => at === step)![1])
    assert.notEqual(loss(steps - 2), loss(steps))
    assert.ok((await shown()).includes(loss(steps - 2)))
    // The pointer reads values as the keys do.
    const box = (await charts.first().locator('.u-over').boundingBox())!
    await page.mouse.move(box.x + 1, box.y + box.height / 2)
    await page.locator('.chart-flag:not([hidden])', { hasText: /^1$/ }).first().waitFor()
    assert.ok((await shown()).includes(loss(1)))
  })

  test('a chart with values that a log axis cannot show says so and draws them on a linear one', async () => {
    const warning = 'has values at or below 0: linear axis'
    await openRun()
    assert.equal(await page.getByText(warning).count(), 0)
    await openRun({ log: '1' })
    await page.getByText(warning).first().waitFor()
    const warned = charts.filter({ hasText: warning })
    assert.equal(await warned.count(), 1)
    assert.ok((await charts.count()) > 1)
    assert.ok((await curvePixels(page)) > 20, 'every chart has its curve, that with the warning too')
  })

  test('the form of a run like another names its models', async () => {
    await app.goto('runs', { new: 'sft', like: run })
    await page.getByText(/stet train sft \S+ world /).waitFor()
  })

  test('the settings of a run name the model that it trained and its data', async () => {
    await app.goto('runs', { run })
    await page.getByRole('tab', { name: /^Settings/ }).click()
    const settings = page.locator('.run-settings dl > div')
    assert.equal(await settings.filter({ hasText: 'Model to train' }).locator('dd').innerText(), 'world')
    assert.equal(
      await settings.filter({ hasText: 'Datasets' }).locator('dd').innerText(),
      'all of the project',
    )
  })

  test('the grid has four charts in a row or two, never three, and all rows are alike', async () => {
    await openRun()
    const seen = new Set<number>()
    for (let width = 700; width <= 2560; width += 60) {
      await page.setViewportSize({ width, height: 900 })
      const columns = await page.evaluate(() => {
        const grids = [...document.querySelectorAll('.chart-grid')]
        return grids.map((grid) => getComputedStyle(grid).gridTemplateColumns.split(' ').length)
      })
      for (const count of columns) seen.add(count)
      assert.equal(new Set(columns).size, 1, `${width} px: ${columns}`)
    }
    assert.ok(
      [...seen].every((count) => count === 4 || count === 2 || count === 1),
      [...seen].join(),
    )
    assert.ok(seen.has(4))
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  test('ticks are at whole steps, and their text grows with the size of the text', async () => {
    await openRun()
    const ticks = async (axis: 'x' | 'y') => {
      await page.locator(`.chart-tick.${axis}`).first().waitFor()
      return page.locator(`.chart-tick.${axis}`)
    }
    const sizeOf = async () =>
      (await ticks('y')).first().evaluate((tick) => parseFloat(getComputedStyle(tick).fontSize))
    const texts = await (await ticks('x')).allTextContents()
    assert.ok(texts.length > 2 && texts.every((text) => /^\d+$/.test(text)), texts.join())
    const before = await sizeOf()
    await page.evaluate(() => localStorage.setItem('stet-settings', JSON.stringify({ textSize: 200 })))
    await page.reload()
    await charts.first().locator('canvas').waitFor()
    assert.equal(await sizeOf(), 2 * before)
    assert.ok((await (await ticks('x')).allTextContents()).every((text) => /^\d+$/.test(text)))
  })

  test('compared runs are shown and hidden by buttons with their names', async () => {
    const config = { epochs: 1, maxSteps: 4, batchSize: 16, maxQueryTokens: 64, maxResponseTokens: 64 }
    const input = { project, model: 'world', name: 'shorter', config }
    const { id } = await app.host.work.start(StartWork.parse({ verb: 'train sft', input }))
    for await (const _ of await app.host.work.watch({ id }));
    await app.goto('runs')
    for (const name of ['short', 'shorter'])
      await page
        .getByRole('row')
        .filter({ has: page.getByText(name, { exact: true }) })
        .getByRole('checkbox')
        .click()
    await page.getByRole('button', { name: /^Compare/ }).click()
    await charts.first().locator('canvas').waitFor()
    assert.deepEqual(await axeProblems(page), [])
    const shorter = page.getByRole('button', { name: /^shorter/, pressed: true })
    await shorter.press('Enter')
    await page.getByRole('button', { name: /^shorter/, pressed: false }).waitFor()
  })

  test('no curve is shown twice, and no figure of the band, before and after something was held out', async () => {
    const alike = (texts: string[]) => texts.filter((text, i) => texts.indexOf(text) !== i)
    const check = async () => {
      await openRun()
      const band = page.locator('.state-band .label')
      assert.ok((await band.count()) > 3)
      assert.deepEqual(alike(await band.allInnerTexts()), [])
      for (const tab of ['charts', 'curves']) {
        await openRun({ tab })
        assert.deepEqual(alike(await page.locator('figure.chart-card .chart-title').allInnerTexts()), [], tab)
      }
    }
    await check()
    await app.stopHost()
    const db = new Database(path.join(project, 'lab.db'))
    assert.ok(db.prepare("DELETE FROM metrics WHERE key = 'sft/heldout_loss'").run().changes > 0)
    db.close()
    await app.startHost()
    await page.reload()
    await check()
  })
})
