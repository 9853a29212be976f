/** Results of the verbs on runs. */
import path from 'node:path'
import type { RunRecord } from '../../../../contract/run-record.ts'
import type { VerbResult } from '../../../../contract/verbs.ts'
import { compact } from '../../../report/numbers.ts'
import { columns, lines, share, shortened, sparkline } from '../layout.ts'

type RunMetrics = NonNullable<VerbResult<'runs'>['metrics']>

type TrainingRun = VerbResult<'resume'>
type RewardRun = VerbResult<'train reward'>

/** The result of any verb that trains. */
export function presentRun(result: TrainingRun | RewardRun): string {
  const { run, name, state, step, model, dropped, cut } = result
  return lines(
    state === 'done'
      ? `Run ${run} is done after ${step} steps: model "${name}" in ${shortPath(model ?? '')}.`
      : `Run ${run} is paused after step ${step}.`,
    dropped > 0
      ? `${dropped} examples were left out because a response is too long (--max-response-tokens).`
      : '',
    cut > 0 ? `${cut} prompts were truncated (--max-query-tokens).` : '',
    'heldout' in result ? presentHeldout(result) : '',
  )
}

/** Empty if no pair is held out. */
function presentHeldout({ heldout, heldoutF1, editors = null, spanAuroc = {} }: RewardRun): string {
  if (!heldout) return ''
  const auroc = heldout.tokens?.auroc ?? null
  const tokens = auroc === null ? '' : `, token AUROC ${auroc.toFixed(3)}`
  const f1 = heldoutF1 === null ? '' : `, token F1 ${heldoutF1.toFixed(3)}`
  const people =
    editors === null ? '' : ` (${editors.f1.toFixed(3)} between editors of ${editors.items} items)`
  const kinds = Object.entries(spanAuroc).map(([kind, area]) => `${kind} ${area.toFixed(3)}`)
  const spans = kinds.length === 0 ? '' : ` AUROC by marked error: ${kinds.join(', ')}.`
  return `On ${heldout.pairs} held-out pairs: accuracy ${share(heldout.accuracy)}${tokens}${f1}${people}.${spans}`
}

export function presentRuns({ runs, metrics }: VerbResult<'runs'>): string {
  if (metrics) return presentDetails(runs[0]!, metrics)
  if (runs.length === 0) return 'No runs yet. Start one with: stet train …'
  return columns(
    runs.map((run) => [
      run.id,
      run.kind,
      shortened(run.name),
      run.state,
      run.createdAt,
      lineageOf(run, runs),
    ]),
  )
}

/** What a branch was made from; empty for other runs. */
function lineageOf(run: RunRecord, runs: readonly RunRecord[]): string {
  const { branch } = run.config
  if (!branch) return ''
  const parent = runs.find(({ id }) => id === branch.run)
  return `branched from ${shortened(parent?.name ?? branch.run)} at step ${branch.step}`
}

function presentDetails(run: RunRecord, metrics: RunMetrics): string {
  const series = Object.entries(metrics).map(([key, points]) => {
    const values = points.map(([, value]) => value)
    return [key, sparkline(values), compact(values[0]!), '…', compact(values.at(-1)!)]
  })
  return lines(
    columns([
      ['run', `${run.id} (${run.kind}, ${run.name})`],
      ['state', `${run.state}${run.error ? `: ${run.error}` : ''}`],
      ['created', `${run.createdAt} by ${run.codeVersion}${originOf(run)}`],
    ]),
    columns(series),
  )
}

function originOf(run: RunRecord): string {
  if (run.config.branch) return `, ${lineageOf(run, [])}`
  return run.parentId ? `, from the model of ${run.parentId}` : ''
}

function shortPath(file: string): string {
  const relative = path.relative(process.cwd(), file)
  return relative.startsWith('..') ? file : relative
}
