/** Annotation: the annotator's queue, durable saving, drafts, and how far two annotators agree. */
import { z } from 'zod'
import { LabelledPair } from './label.ts'
import { file, project } from './options.ts'
import { eventsThen, procedure } from './procedure.ts'
import { Annotation, AnnotationState, Item, NewAnnotation, ShownHelp } from './records.ts'

export const QueueOrder = z.enum(['unfinished', 'all', 'flagged'])
export type QueueOrder = z.infer<typeof QueueOrder>

export const QueueState = z.enum([...AnnotationState.options, 'none'])
export type QueueState = z.infer<typeof QueueState>

/** Kinds of changes have the keys 1 to 9. */
export const maxChangeKinds = 9

/** What annotators of a project are asked to do. */
export const Guidelines = z.object({
  /** Markdown. */
  text: z.string(),
  /** What changes are sorted by: `Fact`, `Tone`. */
  kinds: z.array(z.string().trim().min(1)).max(maxChangeKinds),
})
export type Guidelines = z.infer<typeof Guidelines>

/** Words that an annotator has changed in the same way several times. */
export const Correction = z.object({
  from: z.string().min(1),
  /** Empty if they were removed. */
  to: z.string(),
  times: z.int().positive(),
})
export type Correction = z.infer<typeof Correction>

/** Which help is shown for half of the items, by chance, so that its effect can be measured. */
export const Trial = z.object({
  /** A model's draft. */
  draft: z.boolean(),
  /** A reward model's rewards of the response's tokens. */
  hints: z.boolean(),
  /** Name of the model that gives the hints; null for none. */
  rewardModel: z.string().min(1).nullable(),
  /** With item and annotator, it determines what is shown. */
  seed: z.int().nonnegative(),
})
export type Trial = z.infer<typeof Trial>

export const noTrial: Trial = { draft: false, hints: false, rewardModel: null, seed: 0 }

export const helps = ['draft', 'hints'] as const
export type Help = (typeof helps)[number]

export const effortMeasures = ['activeSeconds', 'steps', 'needed'] as const

/** What help has changed, over finished items that were shown it or not by chance. */
export const HelpEffect = z.object({
  help: z.enum(helps),
  measure: z.enum(effortMeasures),
  /** Median over items, and how many; null if there are none. */
  shown: z.object({ median: z.number().nullable(), n: z.int().nonnegative() }),
  hidden: z.object({ median: z.number().nullable(), n: z.int().nonnegative() }),
  /** Median with help minus median without, and its 95% bootstrap interval; null with fewer than two items on a side. */
  difference: z.object({ value: z.number(), low: z.number(), high: z.number() }).nullable(),
})
export type HelpEffect = z.infer<typeof HelpEffect>

/** A pause in editing that is counted. */
export const longPauseMs = 10_000

/** What one item has cost one person, as the editor has recorded it. */
export const Effort = z.object({
  id: z.string(),
  /** The last message of the prompt, truncated. */
  prompt: z.string(),
  annotator: z.string(),
  state: AnnotationState,
  /** Without the part of pauses beyond 30 s. */
  activeSeconds: z.number().nonnegative(),
  /** Changes in the editor: a key, a paste, or a suggestion that was accepted. */
  steps: z.int().nonnegative(),
  /** Characters that were removed and added in all steps, and those of the words that differ in the end. */
  characters: z.int().nonnegative(),
  needed: z.int().nonnegative().nullable(),
  /** Pauses of 10 s or more before a step. */
  longPauses: z.int().nonnegative(),
  savedAt: z.iso.datetime(),
  shown: ShownHelp,
})
export type Effort = z.infer<typeof Effort>

/** Rows of the queue per request. */
export const maxQueueRows = 100

export const QueueRow = z.object({
  id: z.string(),
  /** The last message of the prompt, truncated. */
  prompt: z.string(),
  /** The response to edit, truncated: tells items with the same prompt apart. */
  response: z.string(),
  /** Null if the annotator has not begun. */
  state: AnnotationState.nullable(),
  /** What a finished edit has cost; null for other items. */
  edit: z.object({ changes: z.int().nonnegative(), ratio: z.number() }).nullable(),
  note: z.string(),
  /** Others who have finished an edit of it. */
  editedBy: z.array(z.string()),
})
export type QueueRow = z.infer<typeof QueueRow>

/** Edits scored per request, unless the caller asks for more. */
export const disputedEditsLimit = 256

const share = z.number().min(0).max(1)

export const DisputedEdit = z.object({
  id: z.string(),
  /** How far the reward model disagrees, from 0 to 1, and its parts (pipeline/reward/disagreement.ts). */
  total: share,
  changed: share.nullable(),
  kept: share.nullable(),
  pair: share,
})
export type DisputedEdit = z.infer<typeof DisputedEdit>

/** A text as tokens, in flat lists that are quick to send: the editor asks for one at every key. */
export const Tokenization = z.object({
  ids: z.array(z.int()),
  /** Start and end of each token in turn, in UTF-16 units. */
  spans: z.array(z.int()),
})
export type Tokenization = z.infer<typeof Tokenization>

const annotator = z.string().trim().min(1)

export const annotate = {
  queue: procedure('List the items to edit, in order, with the progress of one annotator.')
    .input(
      z.strictObject({
        project,
        annotator,
        order: QueueOrder.default('unfinished'),
        split: z.enum(['train', 'heldout']).nullable().default(null),
        dataset: z.string().nullable().default(null),
        /** The state of the annotator's work; `none` if it has not begun, null for any. */
        state: QueueState.nullable().default(null),
        /** Words to find in prompt, context and responses. */
        search: z.string().default(''),
      }),
    )
    .output(
      z.object({
        ids: z.array(z.string()),
        done: z.int().nonnegative(),
        total: z.int().nonnegative(),
      }),
    ),
  queueRows: procedure('Describe some items of the queue in a line each, in the order of their ids.')
    .input(z.strictObject({ project, annotator, ids: z.array(z.string()).max(maxQueueRows) }))
    .output(z.array(QueueRow)),
  /** Finished edits of one annotator, scored by a reward model of the project. */
  disagreement: procedure('List finished edits by how much a reward model disagrees with them.')
    .input(
      z.strictObject({
        project,
        annotator,
        rewardModel: z.string().min(1),
        split: z.enum(['train', 'heldout']).nullable().default(null),
        dataset: z.string().nullable().default(null),
        /** This many edits at the head of the queue are scored; results are kept for the next request. */
        limit: z.int().positive().default(disputedEditsLimit),
      }),
    )
    .output(
      eventsThen(
        z.object({
          edits: z.array(DisputedEdit),
          /** How many finished edits there are. */
          finished: z.int().nonnegative(),
          /** The model's scale: its mean reward of kept tokens, and how far changed tokens are from it. */
          scale: z.object({ kept: z.number(), size: z.number() }),
        }),
      ),
    ),
  rewards: procedure('Reward the tokens of an annotator’s newest revision of an item.')
    .input(z.strictObject({ project, annotator, id: z.string(), rewardModel: z.string().min(1) }))
    .output(eventsThen(LabelledPair)),
  open: procedure('Get an item and the annotator’s newest revision of it.')
    .input(z.strictObject({ project, annotator, id: z.string() }))
    .output(
      z.object({
        item: Item,
        annotation: Annotation.nullable(),
        note: z.string(),
        /** What chance shows this annotator of this item. */
        assigned: ShownHelp,
      }),
    ),
  /** Once this returns, the revision survives a power failure. */
  save: procedure('Append a revision.')
    .input(
      z.strictObject({
        project,
        annotation: NewAnnotation,
        /** The newest revision that the writer has seen (0: none); a newer one is a `conflict`. Null appends anyway. */
        after: z.int().nonnegative().nullable().default(null),
      }),
    )
    .output(Annotation),
  note: procedure('Save a note on an item.')
    .input(
      z.strictObject({
        project,
        annotator,
        id: z.string(),
        text: z.string(),
        /** What the writer has seen; another note that is stored is a `conflict`. Null replaces any. */
        before: z.string().nullable().default(null),
      }),
    )
    .output(z.object({ text: z.string() })),
  guidelines: procedure('Read what annotators of a project are asked to do.')
    .input(z.strictObject({ project }))
    .output(Guidelines),
  saveGuidelines: procedure('Replace what annotators of a project are asked to do.')
    .input(z.strictObject({ project, guidelines: Guidelines }))
    .output(Guidelines),
  trial: procedure('Read which help is shown by chance in a project.')
    .input(z.strictObject({ project }))
    .output(Trial),
  saveTrial: procedure('Choose which help is shown by chance in a project.')
    .input(z.strictObject({ project, trial: Trial }))
    .output(Trial),
  /** Empty if nothing was ever left to chance. */
  helpEffects: procedure('Compare the effort of items with and without help that was shown by chance.')
    .input(z.strictObject({ project }))
    .output(z.array(HelpEffect)),
  corrections: procedure('List what an annotator has changed repeatedly in the newest finished edits.')
    .input(z.strictObject({ project, annotator }))
    .output(z.array(Correction)),
  effort: procedure(
    'List what each edited item has cost each person: active time, steps, and what was needed.',
  )
    .input(z.strictObject({ project }))
    .output(z.array(Effort)),
  /** By a language model of the project, or by an OpenAI-compatible server on this machine. */
  draft: procedure('Propose a minimal edit.')
    .input(
      z.strictObject({
        project,
        id: z.string(),
        /** Null for a model of the project. */
        server: z.url().nullable(),
        model: z.string().min(1),
        timeoutSeconds: z.number().positive().max(600).default(60),
      }),
    )
    .output(z.object({ edited: z.string(), model: z.string() })),
  encode: procedure('Split a text into the tokens of a model.')
    .input(z.strictObject({ project, tokenizer: z.string().min(1), text: z.string() }))
    .output(Tokenization),
  agreement: procedure('Measure how far two annotators agree on which words to change.')
    .input(z.strictObject({ project, first: annotator, second: annotator }))
    .output(
      z.object({
        /** Krippendorff's alpha over the words of items that both finished; null if it is undefined. */
        alpha: z.number().nullable(),
        items: z.array(
          z.object({
            id: z.string(),
            prompt: z.string(),
            rejected: z.string(),
            first: z.string(),
            second: z.string(),
            /** Share of words on which both agree. */
            agreement: z.number(),
          }),
        ),
      }),
    ),
  importAnnotations: procedure('Import annotations made in another project; conflicts are kept and reported.')
    .input(z.strictObject({ project, file: file('Annotation file: an export in the format stet.') }))
    .output(
      z.object({
        added: z.int().nonnegative(),
        duplicates: z.int().nonnegative(),
        /** Items that the same annotator edited differently in this project (`here`) and in the file (`there`). */
        conflicts: z.array(
          z.object({ id: z.string(), annotator: z.string(), here: z.string(), there: z.string() }),
        ),
      }),
    ),
}
