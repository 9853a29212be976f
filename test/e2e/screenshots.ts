/**
 * Takes the screenshots of docs/screenshots: every view, light and dark, on a project with some work in it, while a run
 * trains. Their names and sizes are those of the mock-ups that they are compared with.
 *
 *     npm run screenshots                    # about half an hour on two cores
 *     npm run screenshots -- annotate run    # only these
 */

import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { StartWork } from '../../electron/contract/work.ts'
import { builtRenderer } from '../../electron/host/entry/serve/built-renderer.ts'
import { ensureChromium } from '../../native/setup/chromium-setup.mjs'
import { type App, openApp } from './app.ts'
import { become, type Picture, pictures, take, welcome } from './shots/pictures.ts'
import { annotator, makeProject } from './shots/project.ts'
import { presetWith } from './shots/training.ts'

const folder = path.resolve(import.meta.dirname, '../../docs/screenshots')

/** A long run, which trains while the pictures are taken, and one that waits for it. */
async function startTraining({ host, project }: App): Promise<void> {
  const running = presetWith('ppo', {
    policy: 'reference',
    rewardModel: 'rewards',
    name: 'token-3',
    config: { totalSteps: 120, seed: 3, tripwires: { maxKl: 12, lengthChange: null } },
  })
  const waiting = { policy: 'reference', name: 'edits-directly', config: { loss: 'dpop' } }
  for (const [verb, input] of [
    ['train ppo', running],
    ['train dpo', waiting],
  ] as const)
    await host.work.start(StartWork.parse({ verb, input: { project, ...input } }))
}

async function untilStep({ host, project, page }: App, step: number): Promise<void> {
  for (;;) {
    const run = (await host.runs.list({ project })).find(({ name }) => name === 'token-3')
    if (run && (run.step ?? 0) >= step) return
    if (run && run.state !== 'running' && run.state !== 'queued')
      throw new Error(`token-3 is ${run.state} at step ${run.step}.`)
    await page.waitForTimeout(1000)
  }
}

async function main(wanted: readonly string[]): Promise<void> {
  const isWanted = ({ name }: { name: string }) => wanted.length === 0 || wanted.includes(name)
  const app = await openApp({ viewport: { width: 1440, height: 900 } })
  await become(app, annotator)
  if (isWanted(welcome)) await take(app, folder, welcome)
  await makeProject(app)
  await become(app, annotator)
  const [still, beside] = [true, false].map((isFree) =>
    pictures.filter((picture) => isWanted(picture) && (picture.needsModels ?? false) === isFree),
  ) as [Picture[], Picture[]]
  for (const picture of still) await take(app, folder, picture)
  await become(app, annotator)
  await startTraining(app)
  await untilStep(app, 41)
  for (const picture of beside) await take(app, folder, picture)
  await app.close()
}

process.env.STET_CHROMIUM = await ensureChromium()
await builtRenderer(console.log)
mkdirSync(folder, { recursive: true })
await main(process.argv.slice(2))
process.exit(0)
