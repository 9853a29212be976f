/** The estimate before a run is what processes then use, and a run that can't fit is refused with advice. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { JobEvent } from '../../electron/contract/events.ts'
import type { BenchResult } from '../../electron/contract/jobs.ts'
import { parameterShapes } from '../../electron/engine/model/config.ts'
import { type TrainingShape, totalBytes, trainingMemory } from '../../electron/sizing/memory.ts'
import { configs } from '../../electron/trainer/jobs/bench.ts'
import { checkMemory } from '../../electron/trainer/jobs/memory.ts'
import { compiledRuntimeOrSkip, openQuicklyCompilingRuntime } from '../invariant/compiled.ts'

const root = path.resolve(import.meta.dirname, '../..')
const tiny = configs.tiny
const tinyNumbers = [...parameterShapes(tiny).values()].reduce(
  (sum, shape) => sum + shape.reduce((a, b) => a * b, 1),
  0,
)

/** Peak resident memory of a benchmark's process. */
async function peakBytes(what: string, batch: number, prompt: number, fresh: number): Promise<number> {
  const sizes = ['--batch', batch, '--prompt', prompt, '--new', fresh, '--steps', 2].map(String)
  const args = ['electron/host/entry/cli/main.ts', 'bench', what, '--model', 'tiny', ...sizes, '--json']
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root })
  return (JSON.parse(stdout) as BenchResult).peak_rss_gb * 2 ** 30
}

function shapeOf(what: 'train' | 'ppo', rows: number, prompt: number, fresh: number): TrainingShape {
  const length = prompt + fresh
  const logitRows = rows * (what === 'train' ? length : fresh)
  return {
    passes: [{ config: tiny, rows, length, logitRows, recomputeLayers: false }],
    heldNumbers: (what === 'train' ? 1 : 3) * tinyNumbers,
    trainedNumbers: tinyNumbers,
    accumulates: false,
    generation: what === 'train' ? null : { config: tiny, rows, slots: length },
  }
}

for (const [what, rows, prompt, fresh] of [
  ['train', 8, 64, 64],
  ['train', 8, 256, 256],
  ['ppo', 8, 64, 64],
] as const) {
  test(`${what}, ${rows} rows of ${prompt + fresh} tokens: the estimate is within 20% of the peak`, async (t) => {
    if (!compiledRuntimeOrSkip(t)) return
    const estimate = totalBytes(trainingMemory(shapeOf(what, rows, prompt, fresh)))
    const peak = await peakBytes(what, rows, prompt, fresh)
    const off = estimate / peak - 1
    assert(Math.abs(off) < 0.2, `estimated ${estimate / 1e9} GB, took ${peak / 1e9} GB`)
  })
}

test('a run that fits says what it needs; one that cannot is refused with what would help', async (t) => {
  if (!compiledRuntimeOrSkip(t)) return
  await openQuicklyCompilingRuntime()
  const events: JobEvent[] = []
  const context = { emit: (event: JobEvent) => events.push(event), signal: new AbortController().signal }
  const settings = { microBatchSize: null, gradientCheckpointing: false, loraRank: null }
  checkMemory(shapeOf('train', 1, 8, 8), settings, context)
  assert.match(JSON.stringify(events), /Needs about \d+\.\d GB of the \d+\.\d GB/)
  assert.throws(() => checkMemory(shapeOf('train', 1e6, 64, 64), settings, context), {
    code: 'out_of_memory',
    message: /activations .*smaller microBatchSize, or gradientCheckpointing = true, or loraRank = 16/,
  })
})
