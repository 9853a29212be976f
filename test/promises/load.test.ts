/**
 * A million items and five million metric points: every list, count and chart of the views is answered in half a second,
 * measured in seconds of the processor, because other tests may run beside.
 */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, test } from 'node:test'
import type { TableQuery } from '../../electron/storage/index.ts'
import { everyItem } from '../every-item.ts'
import { openClient } from '../host/client.ts'
import { count, times } from './count.ts'
import { makeLoadProject } from './load-project.ts'

const size = {
  items: times({ few: 20_000, many: 1_000_000 }),
  steps: times({ few: 2_000, many: 50_000 }),
}
const repetitions = times({ few: 3, many: 20 })
const maxMs = 500
/** These answer with the id of every item: they may take longer than what a page of a list needs. */
const withEveryId = { queue: 1200 }

const { folder, host, close } = openClient()
after(close)
const project = path.join(folder, 'load.stet')
const run = await makeLoadProject(project, size)
await host.projects.open({ project })

const page =
  (query: Partial<TableQuery>, offset = 0) =>
  () =>
    host.data.page({ project, query: { ...everyItem, ...query }, offset, limit: 100 })
const queue = (annotator: string, order: 'unfinished' | 'all' | 'flagged') => () =>
  host.annotate.queue({ project, annotator, order })

const calls: Record<string, () => Promise<unknown>> = {
  overview: () => host.projects.overview({ project }),
  table: page({}),
  'end of the table': page({}, size.items - 100),
  ...Object.fromEntries(
    (['none', 'draft', 'done', 'skipped', 'flagged'] as const).map((state) => [
      `state ${state}`,
      page({ state }),
    ]),
  ),
  'held-out items': page({ split: 'heldout' }),
  'one annotator': page({ annotator: 'bob' }),
  search: page({ search: 'question 4711' }),
  'queue of flagged items': queue('me', 'flagged'),
  'list of runs': () => host.runs.list({ project }),
  'all curves': () => host.runs.series({ project, run, afterStep: -1 }),
  'newest points': () => host.runs.series({ project, run, afterStep: size.steps - 500 }),
  'one run': () => host.verbs.runs({ project, run }),
}

/** Milliseconds of the processor that 95% of the calls stay below. */
async function p95(call: () => Promise<unknown>): Promise<number> {
  const measured: number[] = []
  await call()
  for (let i = 0; i < repetitions; i++) {
    const before = process.cpuUsage()
    await call()
    const { user, system } = process.cpuUsage(before)
    measured.push((user + system) / 1000)
  }
  return measured.sort((a, b) => a - b)[Math.ceil(0.95 * repetitions) - 1]!
}

test(`${size.items} items and ${100 * size.steps} points: views are answered in ${maxMs} ms`, async () => {
  const taken: [name: string, ms: number][] = []
  for (const [name, call] of Object.entries(calls)) taken.push([name, Math.round(await p95(call))])
  taken.sort((a, b) => b[1] - a[1])
  const slow = taken.filter(([, ms]) => ms > maxMs)
  assert.deepEqual(slow, [])
  const longest = taken.slice(0, 3).map(([name, ms]) => `${name} ${ms} ms`)
  count(
    'load',
    `${size.items} items, ${100 * size.steps} points: ${taken.length} views and commands, 95% of the calls in ${taken[0]![1]} ms of the processor or less (${longest.join(', ')})`,
  )
})

test(`the queue of ${size.items} items, with the id of each`, async () => {
  const ms = Math.round(Math.max(await p95(queue('me', 'unfinished')), await p95(queue('me', 'all'))))
  assert.ok(ms <= withEveryId.queue, `${ms} ms`)
  count('load', `the queue with the id of each of ${size.items} items: ${ms} ms of the processor`)
})
