/** Data: files brought in and written out, the table of items, and what a file would bring. */
import { z } from 'zod'
import { datasets, file, project, tokenizer } from './options.ts'
import { eventsThen, procedure, verb } from './procedure.ts'
import { Annotation, AnnotationState, BadRow, Item } from './records.ts'

export const importData = verb(
  'Import preference pairs, edits or demonstrations from files; the format is told by their content.',
  'import ferry.stet pairs.jsonl.gz edits.csv --columns prompt=question --columns edited=corrected',
)
  .input(
    z.strictObject({
      project,
      files: z
        .array(z.string().min(1))
        .min(1)
        .describe('JSONL, JSON or CSV, plain or packed with gzip.')
        .meta({ positional: 2, value: 'FILE' }),
      dataset: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe("Name of the dataset that the rows join; each file's own name where absent."),
      columns: z
        .record(z.string(), z.string())
        .default({})
        .describe('CSV only: the column a field is read from.')
        .meta({ value: 'FIELD=COLUMN' }),
      strict: z.boolean().default(false).describe('Refuse a file as a whole when any of its rows is bad.'),
    }),
  )
  .output(
    eventsThen(
      z.object({
        imported: z.int().nonnegative(),
        /** Rows whose item was there already. */
        duplicates: z.int().nonnegative(),
        bad: z.array(BadRow),
      }),
    ),
  )

export const ExportFormat = z.enum(['stet', 'trl', 'tokens'])
export type ExportFormat = z.infer<typeof ExportFormat>

export const exportData = verb(
  'Export items and annotations: everything (stet), preference rows (trl) or token labels (tokens).',
  'export ferry.stet --format trl --out pairs.jsonl',
)
  .input(
    z.strictObject({
      project,
      out: file('File to write, JSONL.'),
      format: ExportFormat.default('stet').describe('What each row holds.'),
      pairs: z
        .enum(['all', 'edited', 'original'])
        .default('all')
        .describe("trl: finished edits, the items' own preferences, or both."),
      datasets,
      tokenizer: tokenizer('tokens: ').nullable().default(null),
    }),
  )
  .output(eventsThen(z.object({ file: z.string(), rows: z.int().nonnegative() })))

export const dataVerbs = { import: importData, export: exportData }

/** Which items; what is null or empty does not matter. */
export const ItemQuery = z.strictObject({
  /** Words to find in prompt, context and responses. */
  search: z.string().default(''),
  dataset: z.string().nullable().default(null),
  split: z.enum(['train', 'heldout']).nullable().default(null),
  /** The newest state of anybody's work; `none` where nobody began. */
  state: z
    .enum([...AnnotationState.options, 'none'])
    .nullable()
    .default(null),
})
export type ItemQuery = z.infer<typeof ItemQuery>

export const ItemRow = z.object({
  id: z.string(),
  /** The last message, cut. */
  prompt: z.string(),
  rejected: z.string().nullable(),
  chosen: z.string().nullable(),
  source: z.string(),
  split: z.enum(['train', 'heldout']),
  state: AnnotationState.nullable(),
})
export type ItemRow = z.infer<typeof ItemRow>

export const FilePreview = z.object({
  file: z.string(),
  sizeBytes: z.number(),
  /** As told by its content; null where none fits. */
  format: z.string().nullable(),
  /** Of a CSV file. */
  columns: z.array(z.string()),
  /** The first rows, as they would be imported; `edited` is null where a row brings no finished edit. */
  rows: z.array(Item.extend({ edited: z.string().nullable() })),
  bad: z.array(BadRow),
  /** Why no row could be read as it is; a mapping of the columns may help. */
  problem: z.string().nullable(),
})
export type FilePreview = z.infer<typeof FilePreview>

export const data = {
  page: procedure('Some rows of the table, and how many there are in all.')
    .input(
      z.strictObject({
        project,
        query: z.prefault(ItemQuery, {}),
        offset: z.int().nonnegative().default(0),
        limit: z.int().positive().max(500).default(100),
      }),
    )
    .output(z.object({ total: z.int().nonnegative(), rows: z.array(ItemRow) })),
  get: procedure('One item with everybody’s work on it.')
    .input(z.strictObject({ project, id: z.string() }))
    .output(z.object({ item: Item, split: z.enum(['train', 'heldout']), annotations: z.array(Annotation) })),
  preview: procedure('What a file would bring.')
    .input(z.strictObject({ file: z.string(), columns: z.record(z.string(), z.string()).default({}) }))
    .output(FilePreview),
  /** For a browser, which can give a file's content and not its place: part by part. @returns where it was put */
  upload: procedure('Put a dropped file where it can be imported from.')
    .input(
      z.strictObject({
        name: z.string().min(1),
        content: z.instanceof(Blob),
        /** Bytes before this part. */
        offset: z.int().nonnegative().default(0),
        /** What the first part's answer named; null for the first. */
        into: z.string().nullable().default(null),
      }),
    )
    .output(z.object({ file: z.string() })),
}
