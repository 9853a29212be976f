/**
 * Takes the screenshots of docs/screenshots: every view, light and dark, on the sample project with some work in it.
 *
 *     npm run screenshots
 */

import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { runPresets, samplePreset } from '../../electron/contract/presets.ts'
import type { StartWork } from '../../electron/contract/work.ts'
import { builtRenderer } from '../../electron/host/entry/serve/built-renderer.ts'
import { ensureChromium } from '../../native/setup/chromium-setup.mjs'
import { type App, openApp } from './app.ts'

const folder = path.resolve(import.meta.dirname, '../../docs/screenshots')

async function perform(app: App, work: StartWork): Promise<void> {
  const { id } = await app.host.work.start(work)
  for await (const _ of await app.host.work.watch({ id }));
  const { error } = await app.host.work.get({ id })
  if (error) throw new Error(error)
}

/** The form's first values for the sample project, so that these pictures are what its users get. */
function presetOf<Kind extends 'sft' | 'reward' | 'ppo'>(kind: Kind) {
  const preset = runPresets[kind]!.find(({ title }) => title === samplePreset)
  if (!preset) throw new Error(`The form of ${kind} has no preset "${samplePreset}".`)
  return preset.input
}

/** A run of every kind with the form's preset, and an evaluation. */
async function fill(app: App): Promise<void> {
  const { project } = app
  for (const kind of ['sft', 'reward', 'ppo'] as const)
    await perform(app, { verb: `train ${kind}`, input: { project, ...presetOf(kind) } } as StartWork)
  await perform(app, {
    verb: 'judge',
    input: {
      project,
      reference: 'base',
      candidate: 'aligned',
      judge: 'world',
      prompts: 40,
      temperature: 1,
    },
  })
}

/** Edits that fix a response of the sample world: what to replace, and by what. */
const fixes = [
  [' i suppose she sails', ' she sails'],
  [' not that you need one. the tea room bakes plum buns. enjoy', ' enjoy'],
] as const

/** Saves a sensible, minimal edit of the first item, as if it had been typed. */
async function edit(app: App): Promise<void> {
  const { host, project } = app
  const [id] = (await host.annotate.queue({ project, annotator: 'me' })).ids
  const { item } = await host.annotate.open({ project, annotator: 'me', id: id! })
  let edited = item.rejected ?? ''
  const operations = fixes.map(([removed, inserted], i) => {
    const at = edited.lastIndexOf(removed)
    if (at < 0) throw new Error(`The first response of the sample has changed; choose other fixes: ${edited}`)
    edited = edited.slice(0, at) + inserted + edited.slice(at + removed.length)
    return { at, removed, inserted, elapsedMs: 9000 * (i + 1) }
  })
  await host.annotate.save({
    project,
    annotation: {
      itemId: item.id,
      annotator: 'me',
      state: 'draft',
      edited,
      operations,
      elapsedMs: 18_000,
      provenance: 'human',
      createdAt: null,
    },
  })
}

async function shoot(app: App): Promise<void> {
  const { host, page, project } = app
  const run = (await host.runs.list({ project })).find(({ name }) => name === 'aligned')!.id
  const [evaluation] = await host.judge.list({ project })
  const { datasets } = await host.projects.overview({ project })
  const pairs = datasets.find(({ name }) => /pairs/.test(name))
  const blind = await host.judge.startBlind({ project, evaluation: evaluation!.id, judge: 'me' })
  const views: [name: string, view: string, search: Record<string, string>][] = [
    ['data', 'data', { q: 'pier', dataset: pairs!.id }],
    ['annotate', 'annotate', {}],
    ['labels', 'label', { tokenizer: 'base' }],
    ['reward', 'label', { tab: 'reward' }],
    ['runs', 'runs', {}],
    ['run', 'runs', { run }],
    ['samples', 'runs', { run, tab: 'samples' }],
    ['new-run', 'runs', { new: 'ppo', preset: 'Sample world' }],
    ['judge', 'judge', {}],
    ['blind', 'judge', { blind: blind.id }],
    ['evaluation', 'judge', { evaluation: evaluation!.id }],
    ['models', 'models', { chat: '1' }],
    ['settings', 'settings', {}],
  ]
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.goto(`${new URL(app.url).origin}/#/`)
    await page.waitForTimeout(600)
    await page.screenshot({ path: path.join(folder, `projects-${colorScheme}.png`) })
    for (const [name, view, search] of views) {
      await app.goto(view, search)
      await page.waitForLoadState('networkidle')
      await page.waitForTimeout(/reward|new-run/.test(name) ? 8000 : 900)
      await page.screenshot({ path: path.join(folder, `${name}-${colorScheme}.png`) })
    }
  }
}

/** The finished edits are those of the sample's editors, so the annotator switches to the name of one. */
async function shootDisagreement(app: App): Promise<void> {
  const { page } = app
  await app.goto('annotate', { order: 'disagreement', reward: 'rewards' })
  await page.getByRole('button', { name: 'Switch to careful' }).click()
  await page.locator('.token-heat').first().waitFor({ timeout: 60_000 })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.waitForTimeout(900)
    await page.screenshot({ path: path.join(folder, `disagreement-${colorScheme}.png`) })
  }
}

process.env.STET_CHROMIUM = await ensureChromium()
await builtRenderer(console.log)
mkdirSync(folder, { recursive: true })
const app = await openApp()
await app.makeSample()
await fill(app)
await edit(app)
await shoot(app)
await shootDisagreement(app)
await app.close()
process.exit(0)
