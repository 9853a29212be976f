/**
 * The records that stages, storage and doors exchange: items, annotations, labels, judgements.
 * Character offsets are UTF-16 code units, half open. Text is kept byte for byte.
 */
import { z } from 'zod'

export const Message = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })
export type Message = z.infer<typeof Message>

/** A stretch of `rejected` that somebody marked as wrong. */
export const ErrorSpan = z.object({
  start: z.int().nonnegative(),
  end: z.int().nonnegative(),
  kind: z.string(),
})
export type ErrorSpan = z.infer<typeof ErrorSpan>

/**
 * One thing to work on: a prompt and the responses to it.
 * A preference pair has both responses; an item to edit has `rejected`; a demonstration has only `chosen`.
 */
export const Item = z.object({
  /** `item_` and 24 hex digits of the content's SHA-256: the same content has the same id. */
  id: z.string(),
  /** The id that the source gave, if any. */
  sourceId: z.string().nullable(),
  source: z.string(),
  prompt: z.array(Message).min(1),
  /** Text the prompt refers to (a document to summarise); empty when there is none. */
  context: z.string(),
  chosen: z.string().nullable(),
  rejected: z.string().nullable(),
  errorSpans: z.array(ErrorSpan).nullable(),
  metadata: z.record(z.string(), z.json()),
})
export type Item = z.infer<typeof Item>

export const AnnotationState = z.enum(['draft', 'done', 'skipped', 'flagged'])

/** One change in the editor: at `at` (in the text as it then was) `removed` became `inserted`. */
export const EditOperation = z.object({
  at: z.int().nonnegative(),
  removed: z.string(),
  inserted: z.string(),
  elapsedMs: z.number().nonnegative(),
})

/** One revision of one annotator's work on one item. Revisions are appended, never changed. */
export const Annotation = z.object({
  itemId: z.string(),
  annotator: z.string().min(1),
  revision: z.int().positive(),
  state: AnnotationState,
  edited: z.string(),
  operations: z.array(EditOperation),
  elapsedMs: z.number().nonnegative(),
  /** Who proposed the text first: a person, an import, or a model's draft. */
  provenance: z.enum(['human', 'import', 'model-draft', 'programmatic']),
  createdAt: z.iso.datetime(),
})
export type Annotation = z.infer<typeof Annotation>

/** An annotation that an import or a program brings: its revision is numbered when it is stored. */
export const NewAnnotation = Annotation.omit({ revision: true, createdAt: true }).extend({
  /** When the work was done; null stands for the moment it is stored. */
  createdAt: z.iso.datetime().nullable(),
})
export type NewAnnotation = z.infer<typeof NewAnnotation>

/** A row of a file that an importer understood. `line` counts from 1. */
export interface ImportRow {
  file: string
  line: number
  item: Item
  annotations: NewAnnotation[]
}

/** A row of a file that no item could be made of, and why. */
export const BadRow = z.object({ file: z.string(), line: z.int().positive(), reason: z.string() })
export type BadRow = z.infer<typeof BadRow>

/** A finished edit with the item it belongs to: what labels are made from. */
export interface EditedPair {
  item: Item
  /** The item's rejected response: what was edited. */
  rejected: string
  edited: string
}

/** Labels of one text under one tokenizer. All arrays have one entry a token. */
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
})
export type JudgePair = z.infer<typeof JudgePair>

/** One verdict as it was given. `preference`: probability that B is better (0, ½ = tie, 1). */
export const Judgement = z.object({
  pairId: z.string(),
  judge: z.string(),
  /** Whether B was shown first. */
  swapped: z.boolean(),
  preference: z.number().min(0).max(1),
  elapsedMs: z.number().nonnegative(),
  /** The judge's own words, unparsed; empty for programmatic judges. */
  rawReply: z.string(),
})
export type Judgement = z.infer<typeof Judgement>

/** One row of a run's frozen input: an item, its finished edit if there is one, and the side it is on. */
export const RunInputRow = z.object({
  split: z.enum(['train', 'heldout']),
  item: Item,
  edited: z.string().nullable(),
})
export type RunInputRow = z.infer<typeof RunInputRow>

/** What happened to a run after a step, in a sentence. */
export const RunMark = z.object({
  step: z.int().nonnegative(),
  kind: z.enum(['tripwire', 'paused', 'failed', 'resumed', 'branched']),
  sentence: z.string(),
  at: z.iso.datetime(),
})
export type RunMark = z.infer<typeof RunMark>
