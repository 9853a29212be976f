/** What must be fast: a key in a long response, a save, a view of 100,000 items, the start of the UI. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import type { Page } from 'playwright'
import { metrics } from '../../electron/contract/metrics.ts'
import { byteLevelTokenizer, saveTokenizer } from '../../electron/engine/tokenizer/index.ts'
import {
  addMark,
  addMetrics,
  addStepTime,
  copyHistory,
  createProject,
  createRun,
  transact,
} from '../../electron/storage/index.ts'
import { writeToyModel } from '../invariant/toy.ts'
import { openApp } from './app.ts'
import { curvePixels } from './drawn.ts'

const items = 100_000

function percentile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(share * values.length) - 1]!
}

/** A project with six runs of 10,000 steps, written directly into its database. */
async function longRuns(folder: string): Promise<{ project: string; run: string; names: string[] }> {
  const project = await createProject(folder, 'long')
  const keys = Object.keys(metrics).filter((key) => /^(objective|policy|loss|val)\//.test(key))
  const names = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth']
  const [id, ...others] = names.map((name) => {
    const config = { job: { kind: 'ppo' as const, config: {} }, modelName: null }
    return createRun(project.db, {
      kind: 'ppo',
      name,
      config,
      seeds: {},
      codeVersion: 'test',
      parentId: null,
    }).id
  }) as [string, ...string[]]
  transact(project.db, () => {
    for (let step = 1; step <= 10_000; step++) {
      const values = keys
        .slice(0, 12)
        .map((key, k) => [key, Math.sin(step / (40 + 30 * k)) + (step % 7) / 10])
      addMetrics(project.db, id, step, Object.fromEntries(values))
      addStepTime(project.db, id, step, 0.5)
    }
  })
  addMark(project.db, id, { step: 5000, kind: 'tripwire', sentence: 'KL passed 12.0 (limit 10).' })
  for (const other of others) copyHistory(project.db, { from: id, to: other, step: 10_000 })
  project.close()
  return { project: folder, run: id, names }
}

/** Waits two frames, after which everything is drawn. */
async function painted(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  )
}

/** Starts to measure how long each frame takes. */
async function watchFrames(page: Page): Promise<void> {
  await page.evaluate(() => {
    const times: number[] = []
    Object.assign(window, { frameTimes: times })
    let before = performance.now()
    const tick = (now: number) => {
      times.push(now - before)
      before = now
      if ((window as unknown as { frameTimes: number[] }).frameTimes === times) requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
  })
}

/** @returns the 95th percentile of the frames since {@link watchFrames}, in ms */
async function frames(page: Page): Promise<number> {
  const times = await page.evaluate(() => {
    const own = window as unknown as { frameTimes: number[] }
    const seen = own.frameTimes
    own.frameTimes = []
    return seen
  })
  return Math.round(percentile(times, 0.95))
}

describe('speed', async () => {
  const app = await openApp()
  after(() => app.close())
  const { folder } = await app.host.projects.create({ name: 'large' })
  app.project = folder
  const words = 'the ferry crosses at dawn when tide and wind agree with its old captain'.split(' ')
  const long = Array.from({ length: 4000 }, (_, i) => words[(i * i + 3 * i) % words.length]).join(' ')
  const file = path.join(app.folder, 'large.jsonl')
  const rows = Array.from({ length: items - 1 }, (_, i) => ({
    prompt: `Question ${i} of ${words[i % words.length]}?`,
    rejected: `Answer ${i}, which is wrong.`,
    chosen: `Answer ${i}.`,
  }))
  const all = [{ prompt: 'A long one?', rejected: long, chosen: 'Short.' }, ...rows]
  writeFileSync(file, all.map((row) => JSON.stringify(row)).join('\n'))
  const { id } = await app.host.work.start({ verb: 'import', input: { project: folder, files: [file] } })
  for await (const _ of await app.host.work.watch({ id }));

  /** Types into the first item, whose response is long. @returns the 95th percentile of key to paint, in ms */
  async function keyToPaint(): Promise<number> {
    const { page } = app
    await page.locator('.cm-content:focus').waitFor()
    await page.evaluate(() => {
      const seen: number[] = []
      Object.assign(window, { seen })
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (entry.name === 'keydown') seen.push(entry.duration)
      }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit)
    })
    // Changes at both ends, so that the diff has the whole text between them.
    await page.keyboard.press('Control+Home')
    await page.keyboard.type('so ')
    await page.keyboard.press('Control+End')
    const keys = 120
    await page.keyboard.type(' and so they say again and again'.repeat(4).slice(0, keys), { delay: 60 })
    await page.waitForTimeout(500)
    const slow = await page.evaluate(() => (window as unknown as { seen: number[] }).seen)
    const quick = Array.from({ length: Math.max(0, keys - slow.length) }, () => 16)
    return percentile([...slow, ...quick], 0.95)
  }

  test('a key in a response of 4,000 words is painted within 50 ms, 95 times in 100', async (t) => {
    await app.goto('annotate')
    const p95 = await keyToPaint()
    t.diagnostic(`p95 key to paint, words: ${p95} ms`)
    assert.ok(p95 < 50, `p95 is ${p95} ms`)
  })

  test('an edit is saved within 20 ms, 95 times in 100', async (t) => {
    const [itemId] = (await app.host.annotate.queue({ project: folder, annotator: 'other' })).ids
    const times: number[] = []
    for (let n = 0; n < 100; n++) {
      const began = performance.now()
      await app.host.annotate.save({
        project: folder,
        annotation: {
          ...{ itemId: itemId!, annotator: 'other', state: 'draft', edited: `${long} ${n}`, createdAt: null },
          ...{ operations: [], elapsedMs: n, provenance: 'human' },
        },
      })
      times.push(performance.now() - began)
    }
    const p95 = percentile(times, 0.95)
    t.diagnostic(`p95 of a save: ${p95.toFixed(1)} ms`)
    assert.ok(p95 < 20, `p95 is ${p95} ms`)
  })

  test('every view of 100,000 items opens within 300 ms, and within 100 ms again', async (t) => {
    const { page } = app
    const marks: Record<string, string> = {
      data: '.item-row .pill',
      annotate: '.cm-content',
      label: '.empty',
      runs: '.empty',
      judge: '.empty',
      models: '.empty',
      settings: '.settings',
    }
    /** From the key to the frame that shows the view, or the skeleton of its data, measured in the page. */
    const visit = async (view: string) => {
      await page.evaluate((wanted) => {
        ;(document.activeElement as HTMLElement | null)?.blur()
        const own = window as unknown as { shownAfterMs: number | null }
        own.shownAfterMs = null
        const begin = ({ key }: KeyboardEvent) => {
          if (key === 'g') return
          removeEventListener('keydown', begin, true)
          const began = performance.now()
          const look = () => {
            if (document.querySelector(wanted)) own.shownAfterMs = performance.now() - began
            else requestAnimationFrame(look)
          }
          requestAnimationFrame(look)
        }
        addEventListener('keydown', begin, true)
      }, `.skeleton, ${marks[view]}`)
      await page.keyboard.press('g')
      await page.keyboard.press(view[0]!)
      await page.waitForURL(new RegExp(`/${view}`))
      const shown = await page.waitForFunction(
        () => (window as unknown as { shownAfterMs: number | null }).shownAfterMs,
      )
      // The data come next, and in Annotate they take the focus.
      await page.locator(marks[view]!).first().waitFor()
      return Math.round((await shown.jsonValue())!)
    }
    // The first visit loads the view's code; later visits are the usual case.
    const first: Record<string, number> = {}
    for (const view of Object.keys(marks)) first[view] = await visit(view)
    const rounds: Record<string, number>[] = []
    for (let round = 0; round < 3; round++) {
      const took: Record<string, number> = {}
      for (const view of Object.keys(marks)) took[view] = await visit(view)
      rounds.push(took)
    }
    const median = (view: string) =>
      percentile(
        rounds.map((took) => took[view]!),
        0.5,
      )
    const times = Object.fromEntries(Object.keys(marks).map((view) => [view, median(view)]))
    t.diagnostic(`first ${JSON.stringify(first)}, later ${JSON.stringify(times)}`)
    const slow = (took: Record<string, number>, ms: number) =>
      Object.entries(took).filter(([, each]) => each >= ms)
    assert.deepEqual([slow(first, 300), slow(times, 100)], [[], []])
  })

  test('a run with 10,000 points in 12 metrics opens within 300 ms, and its charts follow the pointer', async (t) => {
    t.after(() => {
      app.project = folder
    })
    const { page } = app
    const large = await longRuns(path.join(app.folder, 'long.stet'))
    app.project = large.project
    await app.goto('runs')
    const opened: number[] = []
    // Each run is opened once, so that nothing of it is cached; the first opening loads the view's code.
    for (const name of large.names) {
      const link = page.getByRole('button', { name, exact: true })
      await link.waitFor()
      await page.waitForTimeout(500)
      const began = performance.now()
      await link.press('Enter')
      await page.locator('.uplot canvas').nth(7).waitFor()
      await painted(page)
      opened.push(Math.round(performance.now() - began))
      assert.ok((await curvePixels(page)) > 100, 'every curve is drawn')
      await page.keyboard.press('Escape')
    }
    const median = percentile(opened.slice(1), 0.5)
    t.diagnostic(`opened in ${opened.join(', ')} ms; the median without the first is ${median}`)
    assert.ok(median < 300, `${median} ms`)

    await page.getByRole('button', { name: large.names[0]!, exact: true }).press('Enter')
    await page.locator('.uplot canvas').nth(7).waitFor()
    await watchFrames(page)
    const plot = (await page.locator('.u-over').first().boundingBox())!
    for (let i = 0; i < 90; i++)
      await page.mouse.move(plot.x + 5 + ((i * 7) % (plot.width - 10)), plot.y + plot.height / 2)
    const crosshair = await frames(page)
    await page.getByRole('slider').focus()
    await watchFrames(page)
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press(i % 19 < 10 ? 'ArrowRight' : 'ArrowLeft')
      await page.waitForTimeout(30)
    }
    const smoothing = await frames(page)
    t.diagnostic(`p95 of a frame: crosshair ${crosshair} ms, smoothing ${smoothing} ms`)
    assert.ok(crosshair < 50, `crosshair ${crosshair} ms`)
    assert.ok(smoothing < 50, `smoothing ${smoothing} ms`)

    const began = performance.now()
    const refreshed = await app.host.runs.series({ project: large.project, run: large.run, afterStep: 9998 })
    const took = performance.now() - began
    t.diagnostic(`a refresh takes ${took.toFixed(1)} ms`)
    assert.equal(Object.keys(refreshed.series).length, 12)
    assert.ok(took < 50, `${took} ms`)
  })

  test('a word is found among 100,000 items while typing', async () => {
    const { page } = app
    await app.goto('data')
    await page.keyboard.press('/')
    await page.keyboard.type('99998')
    await page.getByText('1 shown', { exact: true }).waitFor()
  })

  test('the UI is usable within 2 s on a processor of a quarter of the speed', async (t) => {
    const session = await app.page.context().newCDPSession(app.page)
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 })
    const began = performance.now()
    await app.page.goto(app.url)
    await app.page.getByRole('heading', { name: 'Projects', exact: true }).waitFor()
    t.diagnostic(`${Math.round(performance.now() - began)} ms`)
    const took = performance.now() - began
    await session.send('Emulation.setCPUThrottlingRate', { rate: 1 })
    assert.ok(took < 2000, `${took} ms`)
  })

  test('with the diff in tokens of a model, keys are as fast', async (t) => {
    const tokenizer = byteLevelTokenizer(words)
    const config = { vocab_size: tokenizer.vocabSize }
    const model = await writeToyModel(path.join(app.folder, 'toy'), { config })
    await saveTokenizer(tokenizer, model)
    await app.host.models.importModel({ project: folder, path: model, name: 'toy' })
    await app.goto('annotate')
    await app.page.reload()
    await app.page.locator('.cm-content:focus').waitFor()
    await app.page.keyboard.press('Alt+t')
    await app.page.getByText(/of tokens of toy/).waitFor()
    const p95 = await keyToPaint()
    t.diagnostic(`p95 key to paint, tokens: ${p95} ms`)
    assert.ok(p95 < 50, `p95 is ${p95} ms`)
    const drawn = app.page.locator('ins.added').last()
    await drawn.waitFor()
    assert.match(await drawn.innerText(), /again/)
  })
})
