/**
 * The pictures: one for each mock-up of a view, under its name and at its size, so that they can be laid side by side.
 * Each is prepared once, then taken in both themes.
 */
import path from 'node:path'
import type { App } from '../app.ts'
import { annotator, idOf } from './project.ts'

export interface Picture {
  name: string
  /** Opens the view and brings it into the state of the mock-up. */
  prepare(app: App): Promise<void>
  /** In which themes it is wanted; both if omitted. */
  themes?: readonly Theme[]
  viewport?: { width: number; height: number }
  /** Percent. */
  textSize?: number
  /** Whether its models must be free to answer: then it is taken before a run trains. */
  needsModels?: boolean
}

type Theme = 'light' | 'dark'

const fullSize = { width: 1440, height: 900 }
const smallSize = { width: 1024, height: 640 }

export async function take(app: App, folder: string, picture: Picture): Promise<void> {
  const { name, prepare, themes = ['light', 'dark'], viewport = fullSize, textSize = 100 } = picture
  const { page } = app
  await page.setViewportSize(viewport)
  await page.evaluate((percent) => {
    document.documentElement.style.fontSize = `${percent}%`
  }, textSize)
  await prepare(app)
  await page.locator('.skeleton').first().waitFor({ state: 'detached', timeout: 60_000 })
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme })
    // Charts are drawn again, and what floats has settled.
    await page.waitForTimeout(900)
    const isOnlyTheme = themes.length === 1
    await page.screenshot({ path: path.join(folder, `${name}${isOnlyTheme ? '' : `-${colorScheme}`}.png`) })
  }
  if ((await page.getByRole('dialog').count()) > 0) await page.keyboard.press('Escape')
}

const opened =
  (view: string, search: Record<string, string> = {}) =>
  (app: App) =>
    app.goto(view, search)

/** The item of the mock-up: one change has just been put back, and the caret is at another. */
async function annotate(app: App): Promise<void> {
  const { page, host, project } = app
  const { datasets } = await host.projects.overview({ project })
  const dataset = datasets.find(({ name }) => name === 'Help desk')!.id
  const item = await idOf(app, 'My parcel was due on Tuesday')
  await app.goto('annotate', { order: 'all', dataset, item })
  await page.locator('.cm-content:focus').waitFor()
  await page.keyboard.press('Control+Home')
  for (let i = 0; i < 4; i++) await page.keyboard.press('Alt+ArrowDown')
}

async function putBackOne(app: App): Promise<void> {
  const { page } = app
  await annotate(app)
  await page.keyboard.press('Alt+ArrowDown')
  await page.keyboard.press('Alt+ArrowDown')
  await page.keyboard.press('Alt+z')
  await page.keyboard.press('Alt+ArrowUp')
  await page.keyboard.press('Alt+ArrowUp')
}

async function runId(app: App, name: string): Promise<string> {
  const runs = await app.host.runs.list({ project: app.project })
  const run = runs.find((each) => each.name === name)
  if (!run) throw new Error(`There is no run "${name}".`)
  return run.id
}

async function selectRuns(app: App): Promise<void> {
  await app.goto('runs')
  for (const name of ['token-2', 'sequence-edited'])
    await app.page.getByRole('checkbox', { name: `Select ${name}`, exact: true }).setChecked(true)
}

async function result(app: App): Promise<void> {
  const evaluations = await app.host.judge.list({ project: app.project })
  const own = evaluations.find(({ candidate, judge }) => candidate === 'token-1' && judge === 'world')!
  await app.goto('judge', { evaluation: own.id })
}

const movingHouse = 'moving to a new flat'

/** A session that has come to the pair of the mock-up. */
async function blind(app: App): Promise<void> {
  const { host, project, page } = app
  const evaluations = await host.judge.list({ project })
  const texts = evaluations.find(({ of, candidate }) => of === null && candidate?.includes('after'))!
  const session =
    evaluations.find(({ of }) => of === texts.id) ??
    (await host.judge.startBlind({ project, evaluation: texts.id, judge: annotator }))
  const own = { project, evaluation: session.id }
  for (;;) {
    const pair = await host.judge.next(own)
    if (!pair) throw new Error('The session has ended before the pair of the mock-up.')
    if (pair.prompt.some(({ content }) => content.includes(movingHouse))) break
    await host.judge.vote({ ...own, pairId: pair.pairId, answer: 'left', elapsedMs: 9000 })
  }
  await app.goto('judge', { blind: session.id })
  await page.getByText(movingHouse).waitFor()
}

async function data(app: App): Promise<void> {
  const item = await idOf(app, 'My parcel was due on Tuesday')
  await app.goto('data', { sort: 'imported', order: 'descending', item })
  for (const prompt of ['Summarise the letter', 'Write two lines'])
    await app.page.getByRole('checkbox', { name: `Select ${prompt}` }).click()
}

/** Two models answer a question of the sample world. */
async function chat(app: App): Promise<void> {
  const { page, host, project } = app
  await app.goto('models', { model: 'token-2', left: 'token-2', right: 'reference' })
  const { samples } = await host.runs.samples({ project, run: await runId(app, 'token-2'), step: null })
  const [{ prompt, context }] = samples.toSorted((a, b) => a.context.length - b.context.length) as [
    (typeof samples)[number],
  ]
  const field = page.getByRole('textbox', { name: /Ask both|Message|Prompt/ }).first()
  await field.fill([context, prompt.at(-1)!.content].filter(Boolean).join('\n\n'))
  await page.getByRole('button', { name: /^Ask/ }).click()
  await page
    .getByText(/finished|a second/)
    .nth(1)
    .waitFor({ timeout: 60_000 })
}

async function palette(app: App): Promise<void> {
  await selectRuns(app)
  await app.page.keyboard.press('Control+k')
  await app.page.getByRole('dialog').getByRole('combobox').fill('reward')
}

async function start({ page, url }: App): Promise<void> {
  await page.goto(`${new URL(url).origin}/#/`)
  await page.locator('.start-page').waitFor()
}

async function run(app: App): Promise<void> {
  await app.goto('runs', { run: await runId(app, 'token-3') })
}

/** Most of the finished edits are those of the sample's editors: this is the view of one of them. */
async function disagreement(app: App): Promise<void> {
  const { page } = app
  await become(app, 'careful')
  await app.goto('annotate', { order: 'disagreement', reward: 'rewards' })
  await page.locator('.token-heat').first().waitFor({ timeout: 60_000 })
}

/** Reloads the page as another person's. */
export async function become({ page }: App, annotator: string): Promise<void> {
  await page.evaluate(
    (name) => localStorage.setItem('stet-settings', JSON.stringify({ annotator: name })),
    annotator,
  )
  await page.reload()
  await page.locator('#main').waitFor()
}

/** Of a machine without projects. */
export const welcome: Picture = {
  name: 'welcome',
  async prepare({ page }) {
    await page.reload()
    await page.getByText('Teach a language model').waitFor()
  },
}

export const pictures: Picture[] = [
  { name: 'annotate', prepare: putBackOne },
  { name: 'annotate-1024', prepare: annotate, themes: ['light'], viewport: smallSize },
  { name: 'annotate-text-200', prepare: annotate, themes: ['light'], textSize: 200 },
  { name: 'run', prepare: run },
  { name: 'run-1024', prepare: run, themes: ['light'], viewport: smallSize },
  { name: 'run-text-200', prepare: run, themes: ['light'], textSize: 200 },
  { name: 'runs', prepare: selectRuns },
  { name: 'palette', prepare: palette },
  {
    name: 'new-run',
    async prepare(app) {
      await app.goto('runs', { new: 'ppo', like: await runId(app, 'token-2') })
      await app.page.getByText('It will take').waitFor({ timeout: 60_000 })
    },
  },
  {
    name: 'compare',
    async prepare(app) {
      const ids = ['token-2', 'sequence-edited', 'sequence-original'].map((name) => runId(app, name))
      await app.goto('runs', { compare: (await Promise.all(ids)).join(',') })
    },
  },
  { name: 'results', prepare: result },
  { name: 'results-1024', prepare: result, themes: ['light'], viewport: smallSize },
  { name: 'results-text-200', prepare: result, themes: ['light'], textSize: 200 },
  { name: 'judge-blind', prepare: blind },
  { name: 'judge-blind-1024', prepare: blind, themes: ['light'], viewport: smallSize },
  { name: 'judge-blind-text-200', prepare: blind, themes: ['light'], textSize: 200 },
  {
    name: 'judge-blind-differences',
    async prepare(app) {
      await blind(app)
      await app.page.keyboard.press('m')
    },
    themes: ['light'],
  },
  {
    name: 'labels',
    async prepare(app) {
      await app.goto('label', { tab: 'reward', model: 'rewards' })
      await app.page.locator('.lb-sheet').first().waitFor({ timeout: 60_000 })
      await app.page.keyboard.press('j')
    },
    needsModels: true,
  },
  { name: 'data', prepare: data },
  { name: 'models', prepare: chat, needsModels: true },
  { name: 'settings', prepare: opened('settings', { section: 'reading' }) },
  { name: 'start', prepare: start },
  { name: 'disagreement', prepare: disagreement, themes: ['light'], needsModels: true },
]
