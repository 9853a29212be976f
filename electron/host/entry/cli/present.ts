/** What came of each verb, as a person reads it. */
import path from 'node:path'
import { branchOf } from '../../../contract/branch.ts'
import type { ResultRecord, WinRateSummary } from '../../../contract/report.ts'
import type { RunRecord } from '../../../contract/runs.ts'
import type { VerbName, VerbResult } from '../../../contract/verbs.ts'
import { reportMarkdown } from '../../report/markdown.ts'
import { compact } from '../../report/numbers.ts'

const presenters: { [Name in VerbName]: (result: VerbResult<Name>) => string } = {
  init: ({ project }) => `Made ${project}. Next: stet import ${project} FILE…`,
  import: ({ imported, duplicates, bad }) =>
    lines(
      `Imported ${imported}, ${duplicates} were there already, ${bad.length} bad.`,
      ...bad.slice(0, shownBadRows).map(({ file, line, reason }) => `  ${file}, line ${line}: ${reason}`),
      bad.length > shownBadRows ? `  … and ${bad.length - shownBadRows} more (--json lists all).` : '',
    ),
  export: ({ file, rows }) => `Wrote ${rows} rows to ${file}.`,
  label: (summary) => presentLabels(summary),
  'train sft': presentRun,
  'train reward': presentReward,
  'train ppo': presentRun,
  'train dpo': presentRun,
  resume: presentRun,
  branch: presentRun,
  // On a terminal the text has been shown as it came.
  generate: ({ text }) => (process.stdout.isTTY ? '' : text),
  judge: ({ reference, candidate, judge, ...summary }) =>
    lines(`${candidate} against ${reference}, judged by ${judge}:`, presentWinRate(summary)),
  'check-judge': presentCheck,
  winrate: ({ winRate, standardError, lengthControlledWinRate, n }) =>
    lines(
      `win rate                    ${percent(winRate)}${standardError === null ? '' : ` ± ${standardError.toFixed(2)} (standard error)`}`,
      `length-controlled win rate  ${percent(lengthControlledWinRate)}`,
      `rows                        ${n}`,
    ),
  experiment: presentRecord,
  demo: presentRecord,
  real: presentRecord,
  report: ({ file }) => `Wrote ${file}.`,
  runs: ({ runs, metrics }) => (metrics ? presentRunDetails(runs[0]!, metrics) : presentRuns(runs)),
  bench: (result) => columns(Object.entries(result).map(([key, value]) => [key, String(value)])),
  doctor: presentMachine,
}

const shownBadRows = 20

export function presentResult<Name extends VerbName>(verb: Name, result: VerbResult<Name>): string {
  return `${presenters[verb](result)}\n`
}

function lines(...texts: string[]): string {
  return texts.filter((text) => text !== '').join('\n')
}

function percent(value: number): string {
  return `${value.toFixed(2)}%`
}

function share(value: number | null): string {
  return value === null ? 'none' : `${(100 * value).toFixed(1)}%`
}

function presentLabels(summary: VerbResult<'label'>): string {
  const { annotations, unchanged, rejected, edited, minimality, spans, tokenizerHash } = summary
  const changed = (side: typeof rejected) => `${side.kept} kept, ${side.changed} changed`
  const rows: [string, string][] = [
    ['annotations', `${annotations}${unchanged > 0 ? `, of which ${unchanged} change nothing` : ''}`],
    ['tokens of rejected texts', changed(rejected)],
    ['tokens of edited texts', changed(edited)],
    ['tokenizer', tokenizerHash.slice(0, 16)],
  ]
  if (minimality) {
    const { keptShare, editRatio, hunks } = minimality
    rows.push([
      'mean of each edit',
      `${share(keptShare)} kept, edit ratio ${editRatio.toFixed(3)}, ${hunks.toFixed(2)} hunks`,
    ])
  }
  if (spans) {
    const { precision, recall, f1, items } = spans
    rows.push([
      `error spans of ${items} items`,
      `precision ${share(precision)}, recall ${share(recall)}, F1 ${share(f1)}`,
    ])
  }
  return columns(rows)
}

type RunMetrics = NonNullable<VerbResult<'runs'>['metrics']>
type RunResult = VerbResult<'resume'>

function presentRun({ run, name, state, step, model, dropped, cut }: RunResult): string {
  return lines(
    state === 'done'
      ? `Run ${run} is done after ${step} steps: model "${name}" in ${shortPath(model ?? '')}.`
      : `Run ${run} is paused after step ${step}.`,
    dropped > 0
      ? `${dropped} examples were left out: their responses are too long (--max-response-tokens).`
      : '',
    cut > 0 ? `${cut} prompts were cut to fit (--max-query-tokens).` : '',
  )
}

function presentReward(result: VerbResult<'train reward'>): string {
  const { heldout, heldoutF1 } = result
  if (!heldout) return presentRun(result)
  const auroc = heldout.tokens?.auroc ?? null
  const tokens = auroc === null ? '' : `, token AUROC ${auroc.toFixed(3)}`
  const f1 = heldoutF1 === null ? '' : `, token F1 ${heldoutF1.toFixed(3)}`
  return lines(
    presentRun(result),
    `On ${heldout.pairs} held-out pairs: accuracy ${share(heldout.accuracy)}${tokens}${f1}.`,
  )
}

function presentRuns(runs: RunRecord[]): string {
  if (runs.length === 0) return 'No runs yet. Start one with: stet train …'
  return columns(
    runs.map((run) => [run.id, run.kind, run.name, run.state, run.createdAt, lineageOf(run, runs)]),
  )
}

/** Where a branch comes from; empty for other runs. */
function lineageOf(run: RunRecord, runs: readonly RunRecord[]): string {
  const branch = branchOf(run)
  if (!branch) return ''
  const parent = runs.find(({ id }) => id === branch.run)
  return `branched from ${parent?.name ?? branch.run} at step ${branch.step}`
}

function presentRunDetails(run: RunRecord, metrics: RunMetrics): string {
  const series = Object.entries(metrics).map(([key, points]) => {
    const values = points.map(([, value]) => value)
    return [key, sparkline(values), compact(values[0]!), '…', compact(values.at(-1)!)]
  })
  return lines(
    columns([
      ['run', `${run.id} (${run.kind}, ${run.name})`],
      ['state', `${run.state}${run.error ? `: ${run.error}` : ''}`],
      ['made', `${run.createdAt} by ${run.codeVersion}${originOf(run)}`],
    ]),
    columns(series),
  )
}

function originOf(run: RunRecord): string {
  if (branchOf(run)) return `, ${lineageOf(run, [])}`
  return run.parentId ? `, from the model of ${run.parentId}` : ''
}

const sparks = '▁▂▃▄▅▆▇█'
const sparklineWidth = 40

/** Means over equal stretches of the values, as bars from the least to the greatest. */
function sparkline(values: number[]): string {
  const width = Math.min(sparklineWidth, values.length)
  const means = Array.from({ length: width }, (_, i) => {
    const stretch = values.slice(
      Math.floor((i * values.length) / width),
      Math.floor(((i + 1) * values.length) / width),
    )
    return stretch.reduce((sum, value) => sum + value, 0) / stretch.length
  })
  const least = Math.min(...means)
  const span = Math.max(...means) - least
  return means.map((value) => sparks[span === 0 ? 0 : Math.round((7 * (value - least)) / span)]).join('')
}

/** Cells under each other. */
function columns(rows: string[][]): string {
  const widths = rows.reduce<number[]>(
    (most, row) => row.map((cell, i) => Math.max(most[i] ?? 0, cell.length)),
    [],
  )
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function presentCheck(check: VerbResult<'check-judge'>): string {
  const { judge, kappa, inconsistency, unread, subsets, attacks } = check
  const interval = (range: { low: number; high: number } | null) =>
    range ? ` (95% interval ${range.low.toFixed(1)} to ${range.high.toFixed(1)})` : ''
  const agreement = (part: Pick<typeof check, 'n' | 'agreement' | 'interval'>) =>
    part.agreement === null
      ? 'no pairs'
      : `${percent(part.agreement)}${interval(part.interval)} of ${part.n} pairs`
  return lines(
    `${judge} against people:`,
    columns([
      ['agreement', agreement(check)],
      ...subsets.map((subset): [string, string] => [`  ${subset.name}`, agreement(subset)]),
      ["Cohen's kappa", kappa === null ? 'none' : kappa.toFixed(3)],
      ['inconsistency', share(inconsistency)],
      ['no verdict', String(unread)],
      ...attacks.map(({ name, wins, ...attack }): [string, string] => [
        `attack: ${name}`,
        `wins ${percent(wins)}${interval(attack.interval)} of ${attack.n} pairs`,
      ]),
    ]),
  )
}

function presentWinRate(result: WinRateSummary & Pick<VerbResult<'judge'>, 'subsets'>): string {
  const {
    wins,
    ties,
    losses,
    n,
    prompts = n,
    winRate,
    interval,
    signTestP,
    inconsistency,
    lengthControlledWinRate,
    warnings,
    subsets,
  } = result
  return lines(
    columns([
      [
        'win rate',
        `${percent(winRate)} (95% interval ${interval.low.toFixed(1)} to ${interval.high.toFixed(1)})`,
      ],
      [
        'pairs',
        `${n}${prompts === n ? '' : ` on ${prompts} prompts`}: ${wins} wins, ${ties} ties, ${losses} losses`,
      ],
      ['sign test', `p = ${signTestP.toPrecision(2)}`],
      ['inconsistency', share(inconsistency)],
      ['length-controlled', lengthControlledWinRate === null ? 'none' : percent(lengthControlledWinRate)],
      ...subsets.map(({ field, value, ...part }): [string, string] => [
        `  ${field}: ${value}`,
        `${percent(part.winRate)} (${part.interval.low.toFixed(1)} to ${part.interval.high.toFixed(1)}) of ${part.n} pairs`,
      ]),
    ]),
    ...warnings,
  )
}

function presentRecord(record: ResultRecord): string {
  return reportMarkdown(record).trimEnd()
}

function presentMachine({
  version,
  runtime,
  speed,
  cache,
  node,
  sqlite,
  platform,
  cpu,
  memory,
}: VerbResult<'doctor'>): string {
  const compiled = runtime.kind === 'tensorflow'
  return lines(
    columns([
      ['stet', version],
      [
        'runtime',
        compiled ? `TensorFlow ${runtime.version}, compiled` : `embedded (wasm, tfjs ${runtime.version})`,
      ],
      ['device', `${runtime.device}, ${runtime.threads} threads${otherDevices(runtime)}`],
      [
        'speed',
        `matrix product ${speed.matmulGflops.toFixed(0)} GFLOP/s, memory ${speed.copyGbPerS.toFixed(1)} GB/s, training one layer ${speed.trainTokensPerS.toFixed(0)} tokens/s, compiled in ${speed.compileSeconds.toFixed(1)} s`,
      ],
      ['cache', cache ? `${cache.folder} (${gigabytes(cache.freeBytes)} free)` : 'none in use'],
      ['node', node],
      ['sqlite', sqlite],
      ['machine', `${platform}, ${cpu.cores} cores, ${cpu.model}`],
      ['memory', `${gigabytes(memory.totalBytes)}, ${gigabytes(memory.freeBytes)} free`],
    ]),
    runtime.reason
      ? `The compiled runtime, 18 to 60 times faster to train, is not in use: ${runtime.reason}`
      : '',
  )
}

function otherDevices({ device, devices }: VerbResult<'doctor'>['runtime']): string {
  const others = devices.filter((name) => name !== device)
  return others.length === 0 ? '' : `; STET_DEVICE can choose ${others.join(', ')}`
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`
}

function shortPath(file: string): string {
  const relative = path.relative(process.cwd(), file)
  return relative.startsWith('..') ? file : relative
}
