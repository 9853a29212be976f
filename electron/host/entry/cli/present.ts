/** The result of each verb as text for a terminal. */
import type { Serving } from '../../../contract/events.ts'
import type { ResultRecord } from '../../../contract/report.ts'
import { forTrainVerbs } from '../../../contract/run-kinds/index.ts'
import { shellWord } from '../../../contract/shell-word.ts'
import type { VerbName, VerbResult } from '../../../contract/verbs.ts'
import { reportMarkdown } from '../../report/markdown.ts'
import { lines } from './layout.ts'
import { presentImport, presentLabels } from './present/data.ts'
import { presentCheck, presentEvaluations, presentJudge, presentWinRate } from './present/judge.ts'
import { presentBench, presentDoctor } from './present/machine.ts'
import { presentRecovery } from './present/recovery.ts'
import { presentRewardCurve } from './present/reward-curve.ts'
import { presentRun, presentRuns } from './present/runs.ts'

const presenters: { [Name in VerbName]: (result: VerbResult<Name>) => string } = {
  init: ({ project }) => `Created ${project}. Next: stet import ${shellWord(project)} FILE…`,
  sample: ({ project, items, edited }) => `Created ${project} with ${items} items, ${edited} of them edited.`,
  recover: presentRecovery,
  import: presentImport,
  export: ({ file, rows }) => `Wrote ${rows} rows to ${file}.`,
  label: presentLabels,
  ...forTrainVerbs(() => presentRun),
  resume: presentRun,
  branch: presentRun,
  // A terminal has shown the text while it was generated.
  generate: ({ text }) => (process.stdout.isTTY ? '' : text),
  'export-model': ({ folder, files, notes }) =>
    [`Wrote ${files.join(', ')} to ${folder}.`, ...notes].join('\n'),
  'serve-model': ({ model, requests }) => `${model} is no longer served; it answered ${requests} requests.`,
  'check-server': presentServer,
  judge: presentJudge,
  'resume-judge': presentJudge,
  'check-judge': presentCheck,
  winrate: presentWinRate,
  evaluations: presentEvaluations,
  experiment: presentExperiment,
  demo: presentExperiment,
  real: presentExperiment,
  'reward-curve': presentRewardCurve,
  report: ({ file }) => `Wrote ${file}.`,
  runs: presentRuns,
  'export-metrics': ({ file, steps }) => `Wrote ${steps} steps to ${file}.`,
  bench: presentBench,
  doctor: presentDoctor,
}

export function presentResult<Name extends VerbName>(verb: Name, result: VerbResult<Name>): string {
  return `${presenters[verb](result)}\n`
}

function presentExperiment(record: ResultRecord): string {
  return reportMarkdown(record).trimEnd()
}

function presentServer({ models, reply }: VerbResult<'check-server'>): string {
  const list = models === null ? 'The server does not list its models.' : lines(...models)
  return lines(list, reply === null ? '' : `Replied in ${reply.seconds.toFixed(1)} s: ${reply.text.trim()}`)
}

/** Where a model is served, as soon as it is. */
export function presentServing({ model, url, key }: Serving, json: boolean): string {
  if (json) return `${JSON.stringify({ model, url, key })}\n`
  return `${lines(`${model} is served at ${url}`, `Key: ${key}`, 'Press Ctrl-C to stop it.')}\n`
}
