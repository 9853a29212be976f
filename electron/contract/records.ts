/**
 * The records that stages, storage and entry points exchange: items, annotations, labels, judgements.
 * Character spans are in UTF-16 code units and exclude their end. Text is never normalised.
 */
import { z } from 'zod'

export const Message = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })
export type Message = z.infer<typeof Message>

/** A span of `rejected` that a person marked as wrong. */
export const ErrorSpan = z.object({
  start: z.int().nonnegative(),
  end: z.int().nonnegative(),
  kind: z.string(),
})
export type ErrorSpan = z.infer<typeof ErrorSpan>

/**
 * A prompt and the responses to it.
 * A preference pair has both responses; an item to edit has `rejected`; a demonstration has only `chosen`.
 */
export const Item = z.object({
  /** `item_` and 24 hex digits of the SHA-256 of the content, so equal content has equal ids. */
  id: z.string(),
  /** Its id in the source, if any. */
  sourceId: z.string().nullable(),
  source: z.string(),
  prompt: z.array(Message).min(1),
  /** Text that the prompt refers to (a document to summarise); empty if there is none. */
  context: z.string(),
  chosen: z.string().nullable(),
  rejected: z.string().nullable(),
  errorSpans: z.array(ErrorSpan).nullable(),
  metadata: z.record(z.string(), z.json()),
})
export type Item = z.infer<typeof Item>

export const AnnotationState = z.enum(['draft', 'done', 'skipped', 'flagged'])

/** One change in the editor: at offset `at` of the text before it, `removed` was replaced by `inserted`. */
export const EditOperation = z.object({
  at: z.int().nonnegative(),
  removed: z.string(),
  inserted: z.string(),
  elapsedMs: z.number().nonnegative(),
})

/** How an annotator has sorted a change, by the stretch of the rejected response that it replaces. */
export const ChangeKind = z.object({
  /** Equal for a change that only adds. */
  start: z.int().nonnegative(),
  end: z.int().nonnegative(),
  /** One of the project's kinds, as it was called then. */
  kind: z.string().min(1),
  severity: z.enum(['minor', 'major']),
})
export type ChangeKind = z.infer<typeof ChangeKind>

/** Which help chance has shown (true) or hidden (false); absent if it was not left to chance. */
export const ShownHelp = z.object({
  /** A model's draft. */
  draft: z.boolean().optional(),
  /** A reward model's rewards of the response's tokens. */
  hints: z.boolean().optional(),
})
export type ShownHelp = z.infer<typeof ShownHelp>

/** One revision of one annotator's work on one item. Revisions are appended, never changed. */
export const Annotation = z.object({
  itemId: z.string(),
  annotator: z.string().min(1),
  revision: z.int().positive(),
  state: AnnotationState,
  edited: z.string(),
  operations: z.array(EditOperation),
  elapsedMs: z.number().nonnegative(),
  /** Origin of the first version of the text. */
  provenance: z.enum(['human', 'import', 'model-draft', 'programmatic']),
  /** Only of changes that were sorted; absent if none was. */
  changeKinds: z.array(ChangeKind).optional(),
  /** Absent outside a trial. */
  shown: ShownHelp.optional(),
  createdAt: z.iso.datetime(),
})
export type Annotation = z.infer<typeof Annotation>

/** An annotation that is not stored yet; storing it numbers its revision. */
export const NewAnnotation = Annotation.omit({ revision: true, createdAt: true }).extend({
  /** When the revision was made; null for the time at which it is stored. */
  createdAt: z.iso.datetime().nullable(),
})
export type NewAnnotation = z.infer<typeof NewAnnotation>

/** An annotation of an imported row; `annotator` is null if the file does not say who made it. */
export type ImportedAnnotation = Omit<NewAnnotation, 'annotator'> & { annotator: string | null }

/** A row of a file, as an importer reads it. `line` counts from 1. */
export interface ImportRow {
  file: string
  line: number
  item: Item
  annotations: ImportedAnnotation[]
  /** Whether it is one annotator's edit of a text: rows of one text by different annotators are one item. */
  isOneOfMany?: boolean
}

/** A row of a file that is not a valid item, and why. */
export const BadRow = z.object({ file: z.string(), line: z.int().positive(), reason: z.string() })
export type BadRow = z.infer<typeof BadRow>

/** How many rows were left out because the file marks them as not done, by their state: `pending`, `discarded`. */
export const SkippedRows = z.record(z.string(), z.int().positive())
export type SkippedRows = z.infer<typeof SkippedRows>

/** Empty if there are none. */
export function skippedSentence(skipped: SkippedRows): string {
  const states = Object.entries(skipped)
  if (states.length === 0) return ''
  const total = states.reduce((sum, [, rows]) => sum + rows, 0)
  const names = states.map(([state, rows]) => `${rows} ${state}`).join(', ')
  return `Skipped ${total} rows without a submitted answer: ${names}.`
}

/** How a file is read, as its first rows show. */
export const FileReading = z.object({
  file: z.string(),
  /** What the file is: `JSON lines`, `CSV`, `Parquet`. */
  container: z.string(),
  /** Name of the format; null if no row can be read. */
  format: z.string().nullable(),
  /** What rows of this format look like. */
  rows: z.string(),
  /** Where the content of each column arrives: a field of the item, or `read` if in several or in none as it is. */
  fields: z.array(z.object({ column: z.string(), field: z.string() })),
  /** Columns that are kept as metadata. */
  metadata: z.array(z.string()),
  /** Columns without content in the first rows. */
  empty: z.array(z.string()),
  /** Sentences on which of several readings was taken, and on what is left out. */
  notes: z.array(z.string()),
})
export type FileReading = z.infer<typeof FileReading>

/** A finished edit with its item: labels are made from these. */
export interface EditedPair {
  item: Item
  /** The item's rejected response, which was edited. */
  rejected: string
  edited: string
  /** As the annotator has sorted the changes; absent if none was. */
  changeKinds?: ChangeKind[]
}

/** Labels of one text under one tokenizer. All arrays have one entry per token. */
export interface TokenLabels {
  ids: number[]
  /** rejected: 0 kept, -1 deleted or substituted; edited: 0 kept, +1 inserted or substituted. */
  labels: number[]
  /** Character span of each token in its text. */
  offsets: [start: number, end: number][]
}

/** Labels of a pair, as `pipeline/label` makes them. */
export interface PairLabels {
  itemId: string
  tokenizerHash: string
  rejected: TokenLabels
  edited: TokenLabels
}

/** A model's response to a prompt. */
export const Output = z.object({
  text: z.string(),
  /** Whether it ended with EOS; if not, it was cut off at the maximum length. */
  ended: z.boolean(),
})
export type Output = z.infer<typeof Output>

/** Two outputs to compare. A is the reference's, B the candidate's; in which order a judge sees them is drawn. */
export const JudgePair = z.object({
  /** Draws the order in which people see the outputs. */
  id: z.string(),
  /** Id of the item whose prompt was answered: the pairs of one item are one observation. */
  item: z.string(),
  /** The training seed of the models that answered; null for models that were not trained by an experiment. */
  seed: z.int().nonnegative().nullable(),
  prompt: z.array(Message),
  context: z.string(),
  outputA: Output,
  outputB: Output,
  /** Texts that the outputs are compared with; only for a judge that compares with texts of the item. */
  references: z.array(z.string()).optional(),
})
export type JudgePair = z.infer<typeof JudgePair>

/** One verdict. `preference` is the probability that B is better: 0, ½ (a tie), 1 or between. */
export const Judgement = z.object({
  pairId: z.string(),
  judge: z.string(),
  /** Whether B was shown first. */
  swapped: z.boolean(),
  preference: z.number().min(0).max(1),
  elapsedMs: z.number().nonnegative(),
  /** The judge's reply, unparsed; empty for programmatic judges. */
  rawReply: z.string(),
  /** Why, in a person's words; absent if nothing was said. */
  reason: z.string().optional(),
})
export type Judgement = z.infer<typeof Judgement>

/** One row of a run's frozen input: an item, its finished edit if there is one, and its side of the split. */
export const RunInputRow = z.object({
  split: z.enum(['train', 'heldout']),
  item: Item,
  edited: z.string().nullable(),
  /** How the editor has sorted the changes; absent if none was. */
  changeKinds: z.array(ChangeKind).optional(),
  /** Texts that a judge compares held-out responses with; only if the run has such a judge. */
  references: z.array(z.string()).optional(),
})
export type RunInputRow = z.infer<typeof RunInputRow>

/** An event in the life of a run, after a step. */
export const RunMark = z.object({
  step: z.int().nonnegative(),
  kind: z.enum(['tripwire', 'paused', 'failed', 'resumed', 'branched']),
  sentence: z.string(),
  at: z.iso.datetime(),
})
export type RunMark = z.infer<typeof RunMark>
