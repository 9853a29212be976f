/**
 * Makes the pictures of docs/screenshots: every view, light and dark, on the sample project with some work in it.
 *
 *     npm run screenshots
 */

import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { VerbName } from '../../electron/contract/verbs.ts'
import { StartWork } from '../../electron/contract/work.ts'
import { builtRenderer } from '../../electron/host/entry/serve/built-renderer.ts'
import { ensureChromium } from '../../native/setup/chromium-setup.mjs'
import { type App, openApp } from './app.ts'

const folder = path.resolve(import.meta.dirname, '../../docs/screenshots')

async function train(app: App, verb: VerbName, input: object): Promise<void> {
  const { id } = await app.host.work.start(
    StartWork.parse({ verb, input: { project: app.project, ...input } }),
  )
  for await (const _ of await app.host.work.watch({ id }));
  const { error } = await app.host.work.get({ id })
  if (error) throw new Error(error)
}

const lengths = { maxQueryTokens: 64 }

/** A small run of every kind, and an evaluation. */
async function fill(app: App): Promise<void> {
  const sft = {
    epochs: 6,
    batchSize: 32,
    learningRate: 2e-3,
    warmupSteps: 5,
    ...lengths,
    maxResponseTokens: 64,
  }
  await train(app, 'train sft', { model: 'world', name: 'base', config: sft } as never)
  const reward = { epochs: 4, batchSize: 16, learningRate: 1e-3, ...lengths, maxResponseTokens: 64 }
  await train(app, 'train reward', { model: 'base', name: 'rewards', config: reward } as never)
  const ppo = {
    ...{ totalSteps: 24, rolloutBatchSize: 32, normalizationSamples: 32, learningRate: 2.5e-4, klCoef: 0.2 },
    ...{ ...lengths, maxNewTokens: 56, valueTrunk: 'separate', judgeEvery: 4, sampleEvery: 4 },
    tripwires: { lengthChange: null, judgeDrop: null },
  }
  await train(app, 'train ppo', {
    ...{ policy: 'base', rewardModel: 'rewards', name: 'aligned', judge: 'world', config: ppo },
  } as never)
  await train(app, 'judge', {
    ...{ reference: 'base', candidate: 'aligned', judge: 'world', prompts: 40, temperature: 1 },
  } as never)
}

async function edit(app: App): Promise<void> {
  const { page } = app
  await app.goto('annotate')
  await page.locator('.cm-content').click()
  await page.keyboard.press('Control+Home')
  for (let i = 0; i < 4; i++) await page.keyboard.press('Control+ArrowRight')
  await page.keyboard.press('Control+Delete')
  await page.keyboard.type('and welcome')
  await page.locator('ins.added').first().waitFor()
  await page.waitForTimeout(700)
}

async function shoot(app: App): Promise<void> {
  const { host, page, project } = app
  const run = (await host.runs.list({ project })).find(({ name }) => name === 'aligned')!.id
  const [evaluation] = await host.judge.list({ project })
  const blind = await host.judge.startBlind({ project, evaluation: evaluation!.id, judge: 'me' })
  const views: [name: string, view: string, search: Record<string, string>][] = [
    ['data', 'data', { q: 'pier' }],
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

/** The edits are the sample world's: one works in its name. */
async function shootDisagreement(app: App): Promise<void> {
  const { page } = app
  await app.goto('annotate', { order: 'disagreement', reward: 'rewards' })
  await page.getByRole('button', { name: 'Switch to sample world' }).click()
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
