/**
 * Every kind of judge: its settings, its written form (such as `length:shorter` or `local:MODEL`), what it may judge, and
 * what the rest of the program needs to know about it. A new kind is a row here. Its implementation is an entry in
 * `pipeline/judge/programmatic-judge.ts` (judges without a model) or in `host/judge/judges.ts` and
 * `trainer/jobs/judges.ts` (judges with one); these tables do not compile without it.
 */
import { z } from 'zod'

/** A judge that a user can choose; `written` is null for one that has to be set up first. */
export interface JudgeChoice {
  written: string | null
  label: string
}

/** Names of the models that can judge. */
export interface AvailableModels {
  reward: readonly string[]
  language: readonly string[]
  /** A language model behind a server; null if none is set up. */
  server: { model: string; address: string } | null
}

/** Texts of an item: its finished edits, its chosen response, or the edits if it has some and else the chosen response. */
const ComparedTexts = z.enum(['edited', 'chosen', 'either'])
export type ComparedTexts = z.infer<typeof ComparedTexts>

const TextMetricName = z.enum(['chrf', 'ter', 'bleu', 'exact'])

interface JudgeKind<Spec> {
  /** Schema of the stored settings, including `kind`. */
  spec: z.ZodType<Spec>
  /** Written forms, for help and messages. */
  forms: string[]
  /** Explanation of the forms, for help; empty if they need none. */
  help: string
  /** Reads the settings from the text after `kind:`; null if it does not have the right form. */
  read(argument: string): object | null
  /** The reverse of `read`; empty if the kind alone says everything. */
  write(spec: Spec): string
  /** Short name for lists. */
  nameOf(spec: Spec): string
  /** The kind of model on this machine that `spec.model` is the name or path of; null for judges without one. */
  model: 'reward' | 'language' | null
  /** Whether it knows the truth of the sample world, and so can judge only prompts about it. */
  isWorldTruth: boolean
  /** Whether it looks at one property of the text alone: a check on other judges, not a measure of quality. */
  isCheck: boolean
  /** Which texts of an item it compares the outputs with; null if it needs none. */
  comparesWith(spec: Spec): ComparedTexts | null
  /** A warning for readers of an experiment with this judge; null if none is needed. */
  caution: string | null
  /** Entries for a list of judges; none for forms that need the user to type something. */
  choices(available: AvailableModels): JudgeChoice[]
}

/** Infers the type of the settings from the schema, for the row's functions. */
function judgeKind<Schema extends z.ZodType<{ kind: string }>>(
  row: JudgeKind<z.infer<Schema>> & { spec: Schema },
) {
  return row
}

/** What most judges without a model have in common. */
const plain = {
  help: '',
  model: null,
  isWorldTruth: false,
  isCheck: false,
  comparesWith: () => null,
  caution: null,
}

/** Judges without a model; they take no time. */
const programmaticKinds = {
  world: judgeKind({
    ...plain,
    spec: z.strictObject({ kind: z.literal('world') }),
    forms: ['world'],
    read: (argument) => (argument === '' ? {} : null),
    write: () => '',
    nameOf: () => 'world',
    isWorldTruth: true,
    choices: () => [{ written: 'world', label: 'truth of the sample world' }],
  }),
  length: judgeKind({
    ...plain,
    isCheck: true,
    spec: z.strictObject({ kind: z.literal('length'), prefer: z.enum(['longer', 'shorter']) }),
    forms: ['length:longer', 'length:shorter'],
    read: (prefer) => ({ prefer }),
    write: ({ prefer }) => prefer,
    nameOf: ({ prefer }) => `length ${prefer}`,
    choices: () => [
      { written: 'length:shorter', label: 'shorter wins (a check on length)' },
      { written: 'length:longer', label: 'longer wins (a check on length)' },
    ],
  }),
  regex: judgeKind({
    ...plain,
    isCheck: true,
    spec: z.strictObject({
      kind: z.literal('regex'),
      pattern: z.string().min(1).refine(isPattern, 'not a valid regular expression'),
      flags: z.string().default(''),
    }),
    forms: ['regex:PATTERN'],
    read: (pattern) => ({ pattern }),
    write: ({ pattern }) => pattern,
    nameOf: ({ pattern }) => `regex ${pattern}`,
    choices: () => [],
  }),
  repetition: judgeKind({
    ...plain,
    isCheck: true,
    spec: z.strictObject({ kind: z.literal('repetition') }),
    forms: ['repetition'],
    help: 'the response that repeats itself less wins',
    read: (argument) => (argument === '' ? {} : null),
    write: () => '',
    nameOf: () => 'repetition',
    choices: () => [{ written: 'repetition', label: 'less repetition wins (a check on degenerate text)' }],
  }),
  reference: judgeKind({
    ...plain,
    spec: z.strictObject({
      kind: z.literal('reference'),
      metric: TextMetricName,
      texts: ComparedTexts.default('either'),
    }),
    forms: ['reference:METRIC'],
    help: "the response nearer to the item's edited text wins, or to its chosen one if there is no edit, by chrf, ter, bleu or exact; add :edited or :chosen for that text only; less than 0.5 points apart is a tie",
    read: (argument) => {
      const [metric, texts = 'either', ...more] = argument.split(':')
      return more.length === 0 ? { metric, texts } : null
    },
    write: ({ metric, texts }) => (texts === 'either' ? metric : `${metric}:${texts}`),
    nameOf: ({ metric, texts }) => `reference ${metric}${texts === 'either' ? '' : ` ${texts}`}`,
    comparesWith: ({ texts }) => texts,
    choices: () => [
      { written: 'reference:chrf', label: 'nearer to the item’s edited or chosen text, by chrF' },
      { written: 'reference:ter', label: 'nearer to the item’s edited or chosen text, by TER' },
      { written: 'reference:bleu', label: 'nearer to the item’s edited or chosen text, by BLEU' },
      { written: 'reference:exact', label: 'equal to the item’s edited or chosen text' },
    ],
  }),
}

const trainingKinds = {
  ...programmaticKinds,
  reward: judgeKind({
    spec: z.strictObject({ kind: z.literal('reward'), model: z.string().min(1) }),
    forms: ['reward:MODEL'],
    help: '',
    read: (model) => ({ model }),
    write: ({ model }) => model,
    nameOf: ({ model }) => `reward ${model}`,
    model: 'reward',
    isWorldTruth: false,
    isCheck: false,
    comparesWith: () => null,
    caution:
      'A reward model judged. Like the reward models of the arms, it is reliable only on responses similar to its training data, and a policy can drift to responses that it misjudges: read samples before you trust a high win rate.',
    choices: ({ reward }) =>
      reward.map((name) => ({ written: `reward:${name}`, label: `reward model ${name}` })),
  }),
}

const evaluationKinds = {
  ...trainingKinds,
  local: judgeKind({
    spec: z.strictObject({ kind: z.literal('local'), model: z.string().min(1) }),
    forms: ['local:MODEL'],
    help: 'a language model on this machine, by its log-probabilities',
    read: (model) => ({ model }),
    write: ({ model }) => model,
    nameOf: ({ model }) => `local ${model}`,
    model: 'language',
    isWorldTruth: false,
    isCheck: false,
    comparesWith: () => null,
    caution: null,
    choices: ({ language }) =>
      language.map((name) => ({
        written: `local:${name}`,
        label: `language model ${name}, by its log-probabilities`,
      })),
  }),
  server: judgeKind({
    ...plain,
    spec: z.strictObject({
      kind: z.literal('server'),
      model: z.string(),
      server: z.url({ protocol: /^https?$/ }),
    }),
    forms: ['server:MODEL@ADDRESS'],
    help: 'an OpenAI-compatible server; set its key as STET_JUDGE_KEY',
    read: (argument) => {
      const [, model, server] = /^(.+)@(https?:\/\/[^@]+)$/.exec(argument) ?? []
      return model === undefined ? null : { model, server }
    },
    write: ({ model, server }) => `${model}@${server}`,
    nameOf: ({ model }) => `server ${model}`,
    choices: ({ server }) => [
      server === null
        ? { written: null, label: 'a server’s language model (name it in Settings)' }
        : {
            written: `server:${server.model}@${server.address}`,
            label: `${server.model} on ${server.address}`,
          },
    ],
  }),
}

const experimentKinds = {
  ...evaluationKinds,
  gold: judgeKind({
    ...plain,
    spec: z.strictObject({ kind: z.literal('gold'), share: z.number().gt(0).lt(1) }),
    forms: ['gold:SHARE'],
    help: 'a reward model that is trained only for judging, on this share of the training documents, which no arm gets',
    read: (argument) => (/^0?\.\d+$/.test(argument) ? { share: Number(argument) } : null),
    write: ({ share }) => String(share),
    nameOf: ({ share }) => `gold ${share}`,
    choices: () => [],
  }),
}

type Rows<Spec = unknown> = Record<string, JudgeKind<Spec>>

/** The settings of each kind in a table. */
type SpecsOf<Table extends Rows> = { [Kind in keyof Table]: z.infer<Table[Kind]['spec']> }

type TrainingSpecs = SpecsOf<typeof trainingKinds>
type EvaluationSpecs = SpecsOf<typeof evaluationKinds>

export type ProgrammaticJudgeSpecs = SpecsOf<typeof programmaticKinds>
export type ProgrammaticJudgeSpec = ProgrammaticJudgeSpecs[keyof ProgrammaticJudgeSpecs]
/** The judges with a model: those that may watch a run, and those that may judge finished models. */
export type TrainingModelJudgeSpecs = Omit<TrainingSpecs, keyof ProgrammaticJudgeSpecs>
export type ModelJudgeSpecs = Omit<EvaluationSpecs, keyof ProgrammaticJudgeSpecs>

/** A judge that may watch a run while it trains. */
export type JudgeSpec = TrainingSpecs[keyof TrainingSpecs]
export const JudgeSpec: z.ZodType<JudgeSpec> = specIn<JudgeSpec>(trainingKinds)

/** A judge of finished models. */
export type AnyJudgeSpec = EvaluationSpecs[keyof EvaluationSpecs]
export const AnyJudgeSpec: z.ZodType<AnyJudgeSpec> = specIn<AnyJudgeSpec>(evaluationKinds)

type ExperimentSpecs = SpecsOf<typeof experimentKinds>
export type ExperimentJudgeSpec = ExperimentSpecs[keyof ExperimentSpecs]

/** Schemas that read a judge from its written form: for a training run, an evaluation, and an experiment. */
export const WrittenJudge = writtenIn<JudgeSpec>(trainingKinds)
export const WrittenAnyJudge = writtenIn<AnyJudgeSpec>(evaluationKinds)
export const WrittenExperimentJudge = writtenIn<ExperimentJudgeSpec>(experimentKinds)

/** The judge in its written form, as the schemas above read it. */
export function writtenJudge(spec: AnyJudgeSpec): string {
  const argument = judgeKindOf(spec).write(spec)
  return argument === '' ? spec.kind : `${spec.kind}:${argument}`
}

/** Their help texts. */
export const judgeForms = helpOf(trainingKinds)
export const anyJudgeForms = helpOf(evaluationKinds)
export const experimentJudgeForms = helpOf(experimentKinds)

/** The row of a judge's kind. */
export function judgeKindOf(spec: AnyJudgeSpec): JudgeKind<AnyJudgeSpec> {
  return evaluationKinds[spec.kind]
}

/** Whether a stored judge is a check on others; people and judges of other versions are not. */
export function isCheck(judge: unknown): boolean {
  const { data } = AnyJudgeSpec.safeParse(judge)
  return data !== undefined && judgeKindOf(data).isCheck
}

export function isProgrammatic(spec: AnyJudgeSpec): spec is ProgrammaticJudgeSpec {
  return spec.kind in programmaticKinds
}

/** Whether a judge of finished models may also watch a run while it trains. */
export function canWatchTraining(spec: AnyJudgeSpec): spec is JudgeSpec {
  return spec.kind in trainingKinds
}

/** The judge with the name or path of its model on this machine, if it has one, replaced. */
export function mapJudgeModel<Spec extends AnyJudgeSpec>(spec: Spec, map: (model: string) => string): Spec {
  return 'model' in spec && judgeKindOf(spec).model !== null ? { ...spec, model: map(spec.model) } : spec
}

/** Which texts of an item the judge compares outputs with; null if it needs none. */
export function textsComparedBy(spec: AnyJudgeSpec): ComparedTexts | null {
  return judgeKindOf(spec).comparesWith(spec)
}

/** Applies the entry of the judge's kind to the judge, and to more if given. */
export function applyToKind<Specs, Kind extends keyof Specs, More extends unknown[], Result>(
  table: { [K in keyof Specs]: (spec: Specs[K], ...more: More) => Result },
  kind: Kind,
  spec: Specs[Kind],
  ...more: More
): Result {
  return table[kind](spec, ...more)
}

/** Entries for a list of judges of finished models. */
export function judgeChoices(available: AvailableModels): JudgeChoice[] {
  return Object.values(evaluationKinds).flatMap((row) => row.choices(available))
}

/** Entries for a list of judges that a training run can have. */
export function trainingJudgeChoices(available: AvailableModels): JudgeChoice[] {
  return Object.values(trainingKinds).flatMap((row) => row.choices(available))
}

function specIn<Spec>(table: Rows<Spec>): z.ZodType<Spec> {
  return z.union(Object.values(table).map(({ spec }) => spec))
}

function writtenIn<Spec>(table: Rows<Spec>) {
  return z.string().transform((text, context): Spec => {
    const [, kind = '', argument = ''] = /^(\w+)(?::(.*))?$/s.exec(text) ?? []
    const row = Object.hasOwn(table, kind) ? table[kind] : undefined
    const settings = row?.read(argument) ?? null
    const parsed = settings && row!.spec.safeParse({ kind, ...settings })
    if (parsed?.success) return parsed.data
    const [issue] = parsed?.error.issues ?? []
    const message = issue?.message ?? `use ${formsOf(table)}`
    context.addIssue({ code: 'custom', message: `invalid judge "${text}": ${message}` })
    return z.NEVER
  })
}

function helpOf(table: Rows): string {
  return `Judge: ${formsOf(table)}.`
}

function formsOf(table: Rows): string {
  const forms = Object.values(table).map((row) => `${row.forms.join(' or ')}${row.help && ` (${row.help})`}`)
  return `${forms.slice(0, -1).join('; ')}; or ${forms.at(-1)}`
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern)
    return true
  } catch {
    return false
  }
}
