/** The annotator's queue, durable saving, and how far two annotators agree. */
import { z } from 'zod'
import { LabelledPair } from './label.ts'
import { file, project } from './options.ts'
import { eventsThen, procedure } from './procedure.ts'
import { Annotation, Item, NewAnnotation } from './records.ts'

export const QueueOrder = z.enum(['unfinished', 'all', 'flagged'])
export type QueueOrder = z.infer<typeof QueueOrder>

/** Edits that are scored at a time. */
export const editsAtATime = 256

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
  queue: procedure('Ids of the items to edit, in order, with the state of one annotator’s work.')
    .input(
      z.strictObject({
        project,
        annotator,
        order: QueueOrder.default('unfinished'),
        split: z.enum(['train', 'heldout']).nullable().default(null),
        dataset: z.string().nullable().default(null),
      }),
    )
    .output(
      z.object({
        ids: z.array(z.string()),
        done: z.int().nonnegative(),
        total: z.int().nonnegative(),
      }),
    ),
  /** Finished edits of one annotator, scored by a reward model of the project. */
  disagreement: procedure('Finished edits with which a reward model disagrees, the most first.')
    .input(
      z.strictObject({
        project,
        annotator,
        rewardModel: z.string().min(1),
        split: z.enum(['train', 'heldout']).nullable().default(null),
        dataset: z.string().nullable().default(null),
        /** The first so many of the queue are scored; what was scored before costs nothing. */
        atMost: z.int().positive().default(editsAtATime),
      }),
    )
    .output(
      eventsThen(
        z.object({
          edits: z.array(DisputedEdit),
          /** Finished edits that there are. */
          finished: z.int().nonnegative(),
          /** The model's own: what it gives kept tokens, and how far changed ones are from that. */
          scale: z.object({ kept: z.number(), size: z.number() }),
        }),
      ),
    ),
  rewards: procedure('An annotator’s newest revision of an item with a reward model’s rewards.')
    .input(z.strictObject({ project, annotator, id: z.string(), rewardModel: z.string().min(1) }))
    .output(eventsThen(LabelledPair)),
  open: procedure('An item and the annotator’s newest revision of it.')
    .input(z.strictObject({ project, annotator, id: z.string() }))
    .output(z.object({ item: Item, annotation: Annotation.nullable(), note: z.string() })),
  /** Once this answers, the revision survives a power cut. */
  save: procedure('Append a revision.')
    .input(z.strictObject({ project, annotation: NewAnnotation }))
    .output(Annotation),
  note: procedure('Keep a note on an item, with its state.')
    .input(z.strictObject({ project, annotator, id: z.string(), text: z.string() }))
    .output(z.object({ text: z.string() })),
  /** A minimal edit proposed by a language model of the lab, or by an OpenAI-compatible server on this machine. */
  draft: procedure('Propose a minimal edit.')
    .input(
      z.strictObject({
        project,
        id: z.string(),
        /** Null for a model of the lab. */
        server: z.url().nullable(),
        model: z.string().min(1),
        timeoutSeconds: z.number().positive().max(600).default(60),
      }),
    )
    .output(z.object({ edited: z.string(), model: z.string() })),
  encode: procedure('A text split into the tokens of a model.')
    .input(z.strictObject({ project, tokenizer: z.string().min(1), text: z.string() }))
    .output(Tokenization),
  agreement: procedure('Agreement of two annotators on which tokens were changed.')
    .input(z.strictObject({ project, first: annotator, second: annotator }))
    .output(
      z.object({
        /** Krippendorff's, over the words of items that both finished; null where chance leaves nothing. */
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
        known: z.int().nonnegative(),
        /** Items on which the same annotator finished differently here and there. */
        conflicts: z.array(
          z.object({ id: z.string(), annotator: z.string(), here: z.string(), there: z.string() }),
        ),
      }),
    ),
}
