/** Calls procedures in memory, as the UI calls them. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { createRouterClient } from '@orpc/server'
import type { JobEvent } from '../../electron/contract/events.ts'
import { byteLevelTokenizer, saveTokenizer } from '../../electron/engine/tokenizer/index.ts'
import { openHost } from '../../electron/host/router.ts'
import { temporaryFolder } from './entry/cli-process.ts'

/** The trainer that only counts. */
const script = path.resolve(import.meta.dirname, '../trainer/fake-training-trainer.ts')

const words = ['good', 'bad', 'answer', 'is', 'a', 'the', 'very']

/** A folder that the fake trainer accepts as a reward model: a tokenizer with a few whole words. */
export async function fakeRewardModel(folder: string): Promise<string> {
  mkdirSync(folder)
  await saveTokenizer(byteLevelTokenizer(words), folder)
  return folder
}

/** The result at the end of events, and the number of events before it. */
export async function resultOf<Result>(events: { next(): Promise<IteratorResult<JobEvent, Result>> }) {
  for (let progress = 0; ; progress++) {
    const next = await events.next()
    if (next.done) return { result: next.value, progress }
  }
}

export function openClient() {
  const folder = temporaryFolder()
  process.env.STET_SETTINGS = path.join(folder, 'settings')
  process.env.STET_PROJECTS = path.join(folder, 'projects')
  const { lab, router, board, close } = openHost({ script, onOutput: () => {} })
  return { folder, host: createRouterClient(router), lab, board, close }
}
