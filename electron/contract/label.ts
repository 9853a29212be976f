/** Labels: how tokens of edits are labelled, and how a reward model rewards them. */
import { z } from 'zod'
import { datasets, file, force, project, tokenizer } from './options.ts'
import { eventsThen, procedure, verb } from './procedure.ts'

const Agreement = z.object({
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  f1: z.number().nullable(),
})

const LabelSummary = z.object({
  /** Finished annotations that were labelled, and those that changed nothing. */
  annotations: z.int().nonnegative(),
  unchanged: z.int().nonnegative(),
  /** Finished annotations that are too long to label; they are left out. */
  tooLong: z.int().nonnegative(),
  tokenizerHash: z.string(),
  /** Tokens of the rejected texts by label 0 and −1, and of the edited ones by 0 and +1. */
  rejected: z.object({ kept: z.int(), changed: z.int() }),
  edited: z.object({ kept: z.int(), changed: z.int() }),
  /** Means over annotations; null if there are none. */
  minimality: z.object({ keptShare: z.number(), editRatio: z.number(), hunks: z.number() }).nullable(),
  /** Deletion labels against error spans that people marked, by words; null if no item has spans. */
  spans: Agreement.extend({ items: z.int().positive() }).nullable(),
})
export type LabelSummary = z.infer<typeof LabelSummary>

const labelAll = verb(
  'Label the tokens of all finished annotations and measure how minimal the edits are.',
  'label ferry.stet --tokenizer models/smollm2',
)
  .input(
    z.strictObject({
      project,
      tokenizer: tokenizer('Tokenizer of '),
      datasets,
      out: file('Also write token-labelled rows to this file (JSONL).').nullable().default(null),
      force,
    }),
  )
  .output(eventsThen(LabelSummary))

export const labelVerbs = { label: labelAll }

export const LabelledToken = z.object({
  text: z.string(),
  /** In the vocabulary; absent for a word. */
  id: z.int().optional(),
  /** 0 kept; −1 deleted or replaced; 1 added. */
  label: z.int(),
  /** The reward model's; null without one. */
  reward: z.number().nullable(),
})
export type LabelledToken = z.infer<typeof LabelledToken>

export const LabelledPair = z.object({
  id: z.string(),
  prompt: z.string(),
  rejected: z.array(LabelledToken),
  edited: z.array(LabelledToken),
  /** Sums of the rewards; null without a reward model. */
  scores: z.object({ rejected: z.number(), edited: z.number() }).nullable(),
})
export type LabelledPair = z.infer<typeof LabelledPair>

/** A token that was rewarded wrongly, with the text around it. */
export const TokenMistakeRecord = z.object({
  id: z.string(),
  side: z.enum(['rejected', 'edited']),
  before: z.string(),
  text: z.string(),
  after: z.string(),
  label: z.int(),
  reward: z.number(),
})
export type TokenMistakeRecord = z.infer<typeof TokenMistakeRecord>

export const ScoredEdit = LabelledPair.extend({
  /** How far the model disagrees with the edit, from 0 to 1 (pipeline/reward/disagreement.ts). */
  disagreement: z.number().min(0).max(1),
})
export type ScoredEdit = z.infer<typeof ScoredEdit>

export const ScoredEdits = z.object({
  pairs: z.array(ScoredEdit),
  /** Held-out edits that change their response, scored or not. */
  heldout: z.int().nonnegative(),
  accuracy: z.number(),
  /** Accuracy by the model's confidence; null for a scheme that does not compare pairs. */
  calibration: z.array(z.object({ confidence: z.number(), accuracy: z.number(), pairs: z.int() })).nullable(),
  /** Null for a model that scores whole responses. */
  tokens: z
    .object({
      auroc: z.number().nullable(),
      f1: z.number().nullable(),
      /** Furthest from their label first. */
      worst: z.array(TokenMistakeRecord),
    })
    .nullable(),
})
export type ScoredEdits = z.infer<typeof ScoredEdits>

export const label = {
  pairs: procedure('List finished edits with the labels of their tokens.')
    .input(
      z.strictObject({
        project,
        /** A model of the project, a folder or a GGUF file; null splits into words. */
        tokenizer: z.string().nullable().default(null),
        offset: z.int().nonnegative().default(0),
        limit: z.int().positive().max(100).default(20),
      }),
    )
    .output(
      z.object({
        total: z.int().nonnegative(),
        pairs: z.array(LabelledPair),
        /** Ids of items among those asked for that are too long to label. */
        tooLong: z.array(z.string()),
      }),
    ),
  /** The worst mistake is an edit scored furthest below the rejected response. */
  scored: procedure('Score held-out edits with a reward model and list its worst mistakes first.')
    .input(
      z.strictObject({ project, rewardModel: z.string(), limit: z.int().positive().max(256).default(64) }),
    )
    .output(eventsThen(ScoredEdits)),
}
