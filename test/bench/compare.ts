/**
 * Compares this project's speed with PyTorch, Transformers and TRL on the same machine: both sides do the same work in
 * turn for several rounds, and the result is the ratio of two consecutive runs.
 *
 *     STET_PEER_PYTHON=~/peer/bin/python node test/bench/compare.ts [--rounds 3] [--only ppo-tiny …] [--json FILE]
 *
 * The peers' script is ../shared/peer/bench.py (STET_PEER_SCRIPT names another); not part of `npm test`.
 */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'

const run = promisify(execFile)
const root = path.resolve(import.meta.dirname, '../..')

interface Comparison {
  name: string
  /** Arguments for both sides: the work and its size. */
  work: string[]
  ours?: string[]
  peers?: string[]
  /** Minimum ratio that the project aims for: peers' seconds over ours. */
  wanted: number
}

const size = (model: string, batch: number, prompt: number, fresh: number, steps: number) =>
  ['--model', model, '--batch', batch, '--prompt', prompt, '--new', fresh, '--steps', steps].map(String)

const comparisons: Comparison[] = [
  { name: 'generate-tiny', work: ['generate', ...size('tiny', 8, 64, 64, 8)], wanted: 4 },
  { name: 'generate-smollm2', work: ['generate', ...size('smollm2', 8, 64, 64, 3)], wanted: 4 },
  { name: 'train-tiny', work: ['train', ...size('tiny', 8, 64, 64, 12)], wanted: 1.2 },
  {
    name: 'train-tiny-compile',
    work: ['train', ...size('tiny', 8, 64, 64, 12)],
    peers: ['--compile'],
    wanted: 1,
  },
  { name: 'train-smollm2', work: ['train', ...size('smollm2', 4, 64, 64, 4)], wanted: 1.1 },
  {
    name: 'train-smollm2-compile',
    work: ['train', ...size('smollm2', 4, 64, 64, 4)],
    peers: ['--compile'],
    wanted: 1,
  },
  { name: 'ppo-tiny', work: ['ppo', ...size('tiny', 8, 64, 64, 4)], wanted: 4 },
  {
    name: 'ppo-smollm2-separate',
    work: ['ppo', ...size('smollm2', 4, 64, 32, 2)],
    ours: ['--value-trunk', 'separate'],
    wanted: 1.25,
  },
  { name: 'ppo-smollm2-shared', work: ['ppo', ...size('smollm2', 4, 64, 32, 2)], wanted: 2 },
  {
    name: 'ppo-smollm2-lora',
    work: ['ppo', ...size('smollm2', 4, 64, 32, 2)],
    ours: ['--lora', '16'],
    wanted: 3.5,
  },
]

interface Measured {
  s_per_step: number
  tokens_per_s: number
  peak_rss_gb: number
  first_step_s?: number
}

async function measure(command: string, args: string[]): Promise<Measured> {
  const { stdout } = await run(command, args, { cwd: root, maxBuffer: 1 << 26 })
  const line = stdout
    .trim()
    .split('\n')
    .findLast((text) => text.startsWith('{'))
  if (line === undefined) throw new Error(`${command} ${args.join(' ')} printed no result:\n${stdout}`)
  return JSON.parse(line) as Measured
}

const measureOurs = ({ work, ours = [] }: Comparison) =>
  measure(process.execPath, ['electron/host/entry/cli/main.ts', 'bench', ...work, ...ours, '--json'])

const measurePeers = ({ work, peers = [] }: Comparison, python: string) =>
  measure(python, [
    process.env.STET_PEER_SCRIPT ?? path.resolve(root, '../shared/peer/bench.py'),
    ...work,
    ...peers,
  ])

interface Round {
  ours: Measured
  peers: Measured
}

function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function summary({ name, wanted }: Comparison, rounds: Round[]) {
  const speedUps = rounds.map(({ ours, peers }) => peers.s_per_step / ours.s_per_step)
  const middle = (of: (round: Round) => number) => Number(median(rounds.map(of)).toFixed(3))
  return {
    name,
    wanted,
    ratio: Number(median(speedUps).toFixed(2)),
    from: Number(Math.min(...speedUps).toFixed(2)),
    to: Number(Math.max(...speedUps).toFixed(2)),
    rounds: rounds.length,
    ours_s: middle(({ ours }) => ours.s_per_step),
    peers_s: middle(({ peers }) => peers.s_per_step),
    first_step_s: middle(({ ours }) => ours.first_step_s!),
    ours_gb: middle(({ ours }) => ours.peak_rss_gb),
    peers_gb: middle(({ peers }) => peers.peak_rss_gb),
  }
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', multiple: true },
    json: { type: 'string' },
  },
})
const python = process.env.STET_PEER_PYTHON
if (!python) throw new Error('Set STET_PEER_PYTHON to a Python with PyTorch, Transformers and TRL.')

const summaries: ReturnType<typeof summary>[] = []
for (const comparison of comparisons.filter(({ name }) => values.only?.includes(name) ?? true)) {
  const rounds: Round[] = []
  for (let round = 0; round < Number(values.rounds); round++)
    rounds.push({ ours: await measureOurs(comparison), peers: await measurePeers(comparison, python) })
  summaries.push(summary(comparison, rounds))
  console.log(JSON.stringify(summaries.at(-1)))
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(summaries, null, 2)}\n`)
}
