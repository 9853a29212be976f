/** Data: import and export of files, the table of items, and the preview of a file. */
import { z } from 'zod'
import { datasets, file, force, project, tokenizer } from './options.ts'
import { eventsThen, procedure, verb } from './procedure.ts'
import { Annotation, AnnotationState, BadRow, FileReading, Item, SkippedRows } from './records.ts'

export const importData = verb(
  'Import preference pairs, edits or demonstrations; the format is detected from the content of each file.',
  'import ferry.stet pairs.jsonl.gz edits.csv --columns prompt=question --columns edited=corrected',
)
  .input(
    z.strictObject({
      project,
      files: z
        .array(z.string().min(1))
        .min(1)
        .describe('JSONL, JSON, CSV (plain or gzipped) or Parquet files, or folders of shards.')
        .meta({ positional: 2, value: 'FILE' }),
      dataset: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe(
          'Name of the one dataset that all rows become; without it, each file becomes a dataset with its name.',
        ),
      columns: z
        .record(z.string(), z.string())
        .default({})
        .describe(
          'The column (or key of JSON rows) that a field is read from; others are found by their names.',
        )
        .meta({ value: 'FIELD=COLUMN' }),
      strict: z.boolean().default(false).describe('Import nothing if any row is bad.'),
    }),
  )
  .output(
    eventsThen(
      z.object({
        /** Rows with something that the project did not have. */
        imported: z.int().nonnegative(),
        /** Rows of one text by different annotators, the items that they became, and the number of annotators. */
        joined: z.object({
          rows: z.int().nonnegative(),
          items: z.int().nonnegative(),
          annotators: z.int().nonnegative(),
        }),
        /** Rows whose item the project already has. */
        duplicates: z.int().nonnegative(),
        bad: z.array(BadRow),
        /** Rows of an annotation tool without a submitted answer, by what they are called there. */
        skipped: SkippedRows,
        /** Names of the datasets that the rows are in. */
        datasets: z.array(z.string()),
        /** How each file was read. */
        readings: z.array(FileReading),
      }),
    ),
  )

export const ExportFormat = z.enum([
  'stet',
  'trl',
  'sft',
  'prompt-completion',
  'kto',
  'stepwise',
  'words',
  'token-ids',
  'tokens',
])
export type ExportFormat = z.infer<typeof ExportFormat>

export const exportData = verb(
  'Export items and annotations: everything (stet), rows to train on (preferences, demonstrations, steps) or labels.',
  'export ferry.stet --format trl --out pairs.parquet',
)
  .input(
    z.strictObject({
      project,
      out: file('File to write: Parquet if its name ends in .parquet, else JSONL.'),
      format: ExportFormat.default('stet').describe(
        'What each row contains: everything (stet), a preference (trl), a demonstration (sft, prompt-completion), an ' +
          'answer with a verdict (kto), steps (stepwise), or labels (words, token-ids, tokens).',
      ),
      pairs: z
        .enum(['all', 'edited', 'original'])
        .default('all')
        .describe(
          'Formats trl, sft, prompt-completion, kto: finished edits, the original answers of the items, or both.',
        ),
      datasets,
      items: z.array(z.string()).default([]).describe('Ids of the items to export; all if there are none.'),
      tokenizer: tokenizer('Formats token-ids, tokens: ').nullable().default(null),
      force,
    }),
  )
  .output(eventsThen(z.object({ file: z.string(), rows: z.int().nonnegative() })))

export const dataVerbs = { import: importData, export: exportData }

/** Which items; fields that are null or empty do not restrict. */
export const ItemQuery = z.strictObject({
  /** Words to find in prompt, context, responses, own id and metadata. */
  search: z.string().default(''),
  dataset: z.string().nullable().default(null),
  split: z.enum(['train', 'heldout']).nullable().default(null),
  /** The state of the newest annotation by any annotator; `none` if there is none. */
  state: z
    .enum([...AnnotationState.options, 'none'])
    .nullable()
    .default(null),
  /** Items that this person has worked on. */
  annotator: z.string().nullable().default(null),
  /** Items whose newest annotation is finished, with an edit ratio from this one on. */
  minRatio: z.number().nullable().default(null),
  /** The same, below this one. */
  maxRatio: z.number().nullable().default(null),
  /** `imported` is the order of import; `length` that of the response to edit. */
  sort: z.enum(['imported', 'prompt', 'length', 'dataset', 'state', 'ratio']).default('imported'),
  isDescending: z.boolean().default(false),
})
export type ItemQuery = z.infer<typeof ItemQuery>

export const ItemRow = z.object({
  id: z.string(),
  /** The last message, truncated. */
  prompt: z.string(),
  rejected: z.string().nullable(),
  chosen: z.string().nullable(),
  source: z.string(),
  split: z.enum(['train', 'heldout']),
  /** Of the newest annotation by any annotator. */
  state: AnnotationState.nullable(),
  /** Of the newest annotation, if it is finished. */
  editRatio: z.number().nullable(),
  /** Names of the datasets that contain it, joined by commas. */
  datasets: z.string(),
})
export type ItemRow = z.infer<typeof ItemRow>

export const FilePreview = z.object({
  file: z.string(),
  sizeBytes: z.number(),
  /** Null if no format matches. */
  reading: FileReading.nullable(),
  /** Columns of the file, or keys of its first rows. */
  columns: z.array(z.string()),
  /** The first rows, as they would be imported; `edited` is null if a row has no finished edit. */
  rows: z.array(Item.extend({ edited: z.string().nullable() })),
  bad: z.array(BadRow),
  /** Among the first rows. */
  skipped: SkippedRows,
  /** Valid rows, the items that they become, and how many people have edited them; of the first rows. */
  counts: z.object({
    rows: z.int().nonnegative(),
    items: z.int().nonnegative(),
    annotators: z.int().nonnegative(),
    /** Whether the first rows are all. */
    isWhole: z.boolean(),
  }),
  /** Why no row could be read; a mapping of the columns may help. */
  problem: z.string().nullable(),
})
export type FilePreview = z.infer<typeof FilePreview>

/** Annotations are never removed, so items with annotations or notes are kept. */
const Removed = z.object({ removed: z.int().nonnegative(), kept: z.int().nonnegative() })

export const data = {
  page: procedure('List rows of the table, and count them.')
    .input(
      z.strictObject({
        project,
        query: z.prefault(ItemQuery, {}),
        offset: z.int().nonnegative().default(0),
        limit: z.int().positive().max(500).default(100),
      }),
    )
    .output(z.object({ total: z.int().nonnegative(), rows: z.array(ItemRow) })),
  get: procedure('Get an item with all of its annotations.')
    .input(z.strictObject({ project, id: z.string() }))
    .output(
      z.object({
        item: Item,
        split: z.enum(['train', 'heldout']),
        /** Names of the datasets that contain it. */
        datasets: z.array(z.string()),
        annotations: z.array(Annotation),
      }),
    ),
  ids: procedure('List the ids of all items that a query matches, in its order.')
    .input(z.strictObject({ project, query: z.prefault(ItemQuery, {}) }))
    .output(z.array(z.string())),
  remove: procedure('Remove items that have no annotation and no note.')
    .input(z.strictObject({ project, ids: z.array(z.string()) }))
    .output(Removed),
  renameDataset: procedure('Rename a dataset.')
    .input(z.strictObject({ project, dataset: z.string(), name: z.string().trim().min(1) }))
    .output(z.object({})),
  removeDataset: procedure(
    'Remove a dataset with those of its items that are in no other one and have no annotation and no note.',
  )
    .input(z.strictObject({ project, dataset: z.string() }))
    .output(Removed),
  preview: procedure('Show what importing a file would add.')
    .input(z.strictObject({ file: z.string(), columns: z.record(z.string(), z.string()).default({}) }))
    .output(FilePreview),
  /** For browsers, which know the content of a file but not its path. Large files are sent in parts. @returns the path */
  upload: procedure('Save an uploaded file so that it can be imported.')
    .input(
      z.strictObject({
        name: z.string().min(1),
        content: z.instanceof(Blob),
        /** Bytes before this part. */
        offset: z.int().nonnegative().default(0),
        /** The path returned for the first part; null for the first part. */
        into: z.string().nullable().default(null),
      }),
    )
    .output(z.object({ file: z.string() })),
}
