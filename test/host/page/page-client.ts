/** The page's procedures without a door: what a test asks as the page would. */
import path from 'node:path'
import { createRouterClient } from '@orpc/server'
import { openLab } from '../../../electron/host/lab.ts'
import { openPage } from '../../../electron/host/page/index.ts'
import { temporaryFolder } from '../cli-process.ts'

/** With the trainer that only counts. */
const script = path.resolve(import.meta.dirname, '../../trainer/fake-training-trainer.ts')

export function openPageClient() {
  const folder = temporaryFolder()
  process.env.STET_SETTINGS = path.join(folder, 'settings')
  process.env.STET_PROJECTS = path.join(folder, 'projects')
  const lab = openLab({ script, onOutput: () => {} })
  const { router, board } = openPage(lab.lab, lab.router)
  return { folder, host: createRouterClient(router), board, close: lab.close }
}
