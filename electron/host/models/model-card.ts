/**
 * The card of an exported model, README.md: what it was made from and how, its licence as far as known, what was
 * measured and how, and how to load it. It says what the project recorded, and nothing else.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { RunInputRow } from '../../contract/records.ts'
import { WinRateSummary } from '../../contract/report.ts'
import type { MetricDefinition } from '../../contract/run-kinds/common.ts'
import { runKinds } from '../../contract/run-kinds/index.ts'
import type { FloatDtype } from '../../engine/formats/safetensors.ts'
import { hubNameOf } from '../../engine/model/sources/base-name.ts'
import { type ClassificationKind, missingClass } from '../../engine/model/sources/classification.ts'
import type { ModelSource } from '../../engine/model/sources/model-source.ts'
import type { PaddingToken } from '../../engine/model/sources/save-folder.ts'
import type { RewardCard } from '../../pipeline/reward/card.ts'
import {
  listDatasets,
  listEvaluations,
  type Model,
  newestMetrics,
  type Project,
  type Run,
} from '../../storage/index.ts'
import { type Licence, licenceOf } from './licence.ts'
import { type Ancestry, ancestryOf, type Start, startOf } from './lineage.ts'

export interface Exported {
  form: 'folder' | 'adapter'
  source: ModelSource
  /** How the score head is read; null for a language model. */
  classification: ClassificationKind | null
  card: RewardCard | null
  numbers: FloatDtype
  /** Of a reward model that scores the end of a text. */
  padding: PaddingToken | null
}

interface Named {
  name: string
  record: Model | null
  path: string
}

export function modelCard(project: Project, named: Named, what: Exported): string {
  const ancestry = ancestryOf(project, named.record?.runId ?? null)
  const origin = originPath(ancestry, named)
  const licence = origin === null ? {} : licenceOf(origin)
  const sections = [
    ...introduction(named, what),
    ...section('Base', baseLines(project, ancestry, named)),
    ...section('Data', dataLines(project, ancestry.runs)),
    ...section(
      'Recipe',
      ancestry.runs.toReversed().flatMap((run) => recipeLines(project, run)),
    ),
    ...section('Measured', measuredLines(project, named, ancestry.runs)),
    ...section('Licence', licenceLines(licence, origin)),
    ...section('Use', usageLines(what)),
  ]
  return `${frontMatter(what, licence, origin)}\n${sections.join('\n')}\n`
}

/** The model that the project did not make: the base, or an imported model itself. */
function originPath({ runs, origin }: Ancestry, named: Named): string | null {
  return runs.length === 0 ? named.path : (origin?.path ?? null)
}

const pipelineTags: Record<ClassificationKind, string> = {
  sequence: 'text-classification',
  token: 'token-classification',
}

function frontMatter({ form, classification }: Exported, licence: Licence, origin: string | null): string {
  const hub = origin === null ? null : hubNameOf(origin)
  const lines = [
    ...Object.entries(licence).map(([key, value]) => `${key}: ${yaml(value)}`),
    ...(hub === null ? [] : [`base_model: ${yaml(hub)}`]),
    `library_name: ${form === 'adapter' ? 'peft' : 'transformers'}`,
    `pipeline_tag: ${classification ? pipelineTags[classification] : 'text-generation'}`,
    'tags:',
    '- stet',
    ...(classification ? ['- reward-model'] : []),
    ...(form === 'adapter' ? ['- lora'] : []),
  ]
  return `---\n${lines.join('\n')}\n---\n`
}

/** A string that YAML reads as that string: JSON's form is one of YAML's. */
function yaml(text: string): string {
  return /^[A-Za-z][\w./-]*$/.test(text) ? text : JSON.stringify(text)
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines]
}

const numberWords: Record<FloatDtype, string> = {
  F32: 'float32, as it was trained',
  BF16: 'bfloat16, rounded to the nearest with ties to even',
  F16: 'float16, rounded to the nearest with ties to even',
}

function introduction({ name }: Named, { form, classification, card, numbers }: Exported): string[] {
  const kind = {
    sequence: 'A reward model that scores a text',
    token: 'A reward model that scores each token',
  }
  const what = classification ? kind[classification] : 'A language model'
  const scheme = card ? `, trained with scheme ${card.scheme}` : ''
  const adapter = form === 'adapter' ? ' These are its LoRA adapters.' : ''
  return [
    `# ${name}`,
    '',
    `${what}${scheme}, exported from Stet.${adapter} Numbers: ${numberWords[numbers]}.`,
  ]
}

function baseLines(project: Project, { runs, origin }: Ancestry, named: Named): string[] {
  if (runs.length === 0) return [`Imported from \`${citation(named.path)}\`; this project did not train it.`]
  const steps = runs.toReversed().map((run) => `${runKinds[run.kind].title} (${run.name})`)
  return [`${startText(origin)} → ${steps.join(' → ')}`, ...parentsOf(project, runs[0]!)]
}

function startText(origin: Start | null): string {
  if (origin === null) return 'unknown'
  if (origin.preset !== null) return `random weights (preset ${origin.preset})`
  return `\`${citation(origin.path!)}\``
}

function citation(model: string): string {
  return hubNameOf(model) ?? path.basename(model)
}

/** The reward model of a PPO run, for instance. */
function parentsOf(project: Project, run: Run): string[] {
  const trained = startOf(project, run)?.path
  const others = Object.keys(runKinds[run.kind].models).slice(1)
  return others
    .flatMap((field) => [run.config.job[field]].flat())
    .flatMap((file) => {
      if (typeof file !== 'string' || path.resolve(project.folder, file) === trained) return []
      return [
        '',
        `Reward model: \`${path.basename(file) === 'model' ? path.basename(path.dirname(file)) : citation(file)}\`.`,
      ]
    })
}

const Choice = z.object({ datasets: z.array(z.string()), heldout: z.number() })

function dataLines({ db, folder }: Project, runs: readonly Run[]): string[] {
  const [run] = runs
  if (!run) return []
  const choice = Choice.safeParse(run.config.choice).data
  const used = listDatasets(db).filter(
    ({ name }) => !choice || choice.datasets.length === 0 || choice.datasets.includes(name),
  )
  const files = used.flatMap(({ name, files: all }) =>
    all.map((file) => `- ${name}: ${file.name} (SHA-256 ${file.sha256})`),
  )
  const { train, heldout } = countRows(path.join(folder, 'checkpoints', run.id, 'input.jsonl'))
  const rows = train + heldout > 0 ? [`${train} rows for training, ${heldout} held out.`, ''] : []
  return [...rows, ...files]
}

function countRows(file: string): Record<RunInputRow['split'], number> {
  const counts = { train: 0, heldout: 0 }
  try {
    for (const [, split] of readFileSync(file, 'utf8').matchAll(/^\{"split":"(train|heldout)"/gm))
      counts[split as RunInputRow['split']]++
  } catch {
    // The run's input may have been deleted to save space; the counts are then left out.
  }
  return counts
}

function recipeLines(project: Project, run: Run): string[] {
  const settings = Object.entries(run.config.job.config).map(
    ([key, value]) => `| ${key} | ${JSON.stringify(value)} |`,
  )
  const { title } = runKinds[run.kind]
  const { step } = newestMetrics(project.db, run.id)
  const steps = step === null ? '' : `, ${step} steps`
  return [
    `### ${title}: ${run.name}`,
    '',
    `Stet ${run.codeVersion}${steps}. Run ${run.id}.`,
    '',
    '| setting | value |',
    '|---|---|',
    ...settings,
    '',
  ]
}

const Compared = z.object({ candidate: z.string(), reference: z.string(), judge: z.unknown() })

function measuredLines({ db }: Project, { name }: Named, runs: readonly Run[]): string[] {
  const evaluations = listEvaluations(db).flatMap(({ config, result }) => {
    const compared = Compared.safeParse(config).data
    const summary = WinRateSummary.safeParse(result).data
    if (compared?.candidate !== name || !summary) return []
    const { low, high } = summary.interval
    return [
      `- ${summary.winRate.toFixed(1)}% wins against ${compared.reference} on ${summary.n} held-out prompts (95% interval ${low.toFixed(1)} to ${high.toFixed(1)}, bootstrap), judged by ${judgeText(compared.judge)}.`,
      ...summary.warnings.map((warning) => `  ${warning}`),
    ]
  })
  const [run] = runs
  const metrics = run ? metricLines(db, run) : []
  return [...evaluations, ...(evaluations.length > 0 && metrics.length > 0 ? [''] : []), ...metrics]
}

function judgeText(judge: unknown): string {
  const { kind, ...settings } = Object(judge) as Record<string, unknown>
  const values = Object.values(settings).map(String)
  return typeof kind === 'string' ? [kind, ...values].join(' ') : String(judge)
}

/** The newest value of each metric of the run, with its formula. */
function metricLines(db: Project['db'], run: Run): string[] {
  const { values } = newestMetrics(db, run.id)
  const definitions: Record<string, MetricDefinition> = runKinds[run.kind].metrics
  const rows = Object.entries(definitions).flatMap(([key, { formula }]) =>
    values[key] === undefined ? [] : [`| ${key} | ${Number(values[key].toPrecision(4))} | ${formula} |`],
  )
  return rows.length === 0
    ? []
    : ['At the end of training:', '', '| metric | value | formula |', '|---|---|---|', ...rows]
}

function licenceLines(
  { license, license_name: name, license_link: link }: Licence,
  origin: string | null,
): string[] {
  if (origin === null) return ['Trained from random weights: no base model sets its licence.']
  if (license === undefined)
    return [
      `Unknown: the files of \`${citation(origin)}\` do not state one. The licence of the base model applies; find it before you share this model.`,
    ]
  const other = [name, link].filter((part) => part !== undefined).join(', ')
  return [`That of the base model \`${citation(origin)}\`: ${license}${other && ` (${other})`}.`]
}

/** Transformers' classes, and where the reward is read. */
const classifierUsage: Record<ClassificationKind, { loader: string; input(exported: Exported): string }> = {
  sequence: {
    loader: 'SequenceClassification',
    input: ({ padding, source }) =>
      `The input is the chat prompt with the generation prompt, the response, and the end token ${endOf(source)}; the score is read there.${paddingNote(padding)}`,
  },
  token: {
    loader: 'TokenClassification',
    input: () =>
      'The reward of a token is the logit at that token; the prompt is the chat prompt with the generation prompt.',
  },
}

function usageLines(exported: Exported): string[] {
  const { form, classification } = exported
  if (classification === null) return languageUsage(form)
  const { loader, input } = classifierUsage[classification]
  const notes = classNotes(exported.source, classification)
  if (notes.length > 0) return [...notes, '', input(exported)]
  const class_ = form === 'adapter' ? `AutoPeftModelFor${loader}` : `AutoModelFor${loader}`
  const options = form === 'adapter' ? ', num_labels=1' : ''
  return [
    '```python',
    `from ${form === 'adapter' ? 'peft' : 'transformers'} import ${class_}`,
    'from transformers import AutoTokenizer',
    '',
    'tokenizer = AutoTokenizer.from_pretrained("PATH")',
    `model = ${class_}.from_pretrained("PATH"${options})`,
    '```',
    '',
    input(exported),
    '',
    'By its documentation, vLLM serves it with `--runner pooling`; ask with `use_activation: false` for the score as it is.',
  ]
}

/** What transformers cannot do with a reward model, in a sentence. */
export function classNotes({ config }: ModelSource, classification: ClassificationKind | null): string[] {
  const missing = classification && missingClass(config, classification)
  if (missing === null) return []
  return [
    `transformers has no ${missing}, so it cannot load this reward model without code of your own; Stet does.`,
  ]
}

function endOf({ config }: ModelSource): string {
  return `(id ${config.eosIds[0] ?? 'unknown'})`
}

function paddingNote(padding: PaddingToken | null): string {
  return padding
    ? ` Texts are padded with \`${padding.content}\`, which ends none.`
    : ' The tokenizer has no padding token that ends no text, so score one text at a time.'
}

function languageUsage(form: Exported['form']): string[] {
  const class_ = form === 'adapter' ? 'AutoPeftModelForCausalLM' : 'AutoModelForCausalLM'
  return [
    '```python',
    `from ${form === 'adapter' ? 'peft' : 'transformers'} import ${class_}`,
    'from transformers import AutoTokenizer',
    '',
    'tokenizer = AutoTokenizer.from_pretrained("PATH")',
    `model = ${class_}.from_pretrained("PATH")`,
    '```',
  ]
}
