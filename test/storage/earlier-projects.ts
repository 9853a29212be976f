/** Projects as earlier versions left them: the schema of that version, with rows in every table that it had. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Item } from '../../electron/contract/records.ts'
import { annotationChecksum } from '../../electron/storage/checksum.ts'
import { type Db, openDatabase } from '../../electron/storage/database.ts'
import { itemColumns, itemValues, toColumns } from '../../electron/storage/items.ts'
import { migrate, readMigrations } from '../../electron/storage/migrate.ts'
import { newItem } from './scratch.ts'

type Row = Record<string, string | number | null>

const at = '2026-01-02T03:04:05.678Z'
const count = 24
const numbers = Array.from({ length: count }, (_, n) => n)

/** Among them one whose document is blank, which a migration assigns to a side of the split again. */
export const earlierItems = numbers.map((n) =>
  newItem(n, {
    sourceId: `row-${n}`,
    context: n % 3 === 0 ? 'a document\r\n\u2028 with 🙂' : '',
    chosen: n % 2 === 0 ? `c${n}` : null,
    errorSpans: n % 5 === 0 ? [{ start: 0, end: 1, kind: 'wrong' }] : null,
    metadata: n === 7 ? { document: ' ' } : { document: `d${n % 4}`, clerk: { name: 'Zoë' } },
  }),
)

const idOf = (n: number) => earlierItems[n]!.id

const revisions = numbers.flatMap((n) =>
  ['ann', 'böb'].flatMap((annotator) =>
    [1, 2].map((revision) => ({
      item_id: idOf(n),
      annotator,
      revision,
      state: revision === 1 ? 'draft' : 'done',
      edited: `${annotator} ${n} ${revision}\u0000é\n`,
      operations: '[{"at":0,"removed":"r","inserted":"","elapsedMs":1.5}]',
      elapsed_ms: n + 0.25,
      provenance: 'human',
      created_at: at,
      change_kinds: n % 2 === 0 ? '[{"start":0,"end":1,"kind":"style","severity":"minor"}]' : null,
      shown: n % 3 === 0 ? '{"draft":true}' : null,
    })),
  ),
)

/** What one version or another had in each table. A version without a column or a table has none of its values. */
const earlierRows: Record<string, Row[]> = {
  project: [{ id: 1, name: 'earlier', created_at: at }],
  datasets: [
    { id: 'data', name: 'letters', files: '[]', imported: count, duplicates: 1, bad: 2, created_at: at },
  ],
  dataset_items: numbers.map((n) => ({ dataset_id: 'data', item_id: idOf(n), item_seq: n + 1 })),
  annotations: revisions.map((row) => ({ ...row, checksum: annotationChecksum(row) })),
  runs: ['done', 'paused'].map((state, n) => ({
    id: `run_${n}`,
    kind: 'ppo',
    name: `run ${n}`,
    config: '{"job":{"kind":"ppo","config":{"klCoef":0.1}},"modelName":null}',
    seeds: '{"rollout":1}',
    code_version: '0.1.0',
    parent_id: n === 0 ? null : 'run_0',
    state,
    error: null,
    result: n === 0 ? '{"steps":90}' : null,
    created_at: at,
    changed_at: at,
  })),
  metrics: numbers.flatMap((n) => [
    { run_id: 'run_0', step: n, key: 'objective/kl', value: n / 3, note: null },
    {
      run_id: 'run_0',
      step: n,
      key: 'ppo/loss',
      value: n % 4 === 0 ? null : -n,
      note: n % 4 === 0 ? 'NaN' : null,
    },
  ]),
  samples: numbers.map((n) => ({ run_id: 'run_0', step: n, data: `{"response":"r${n}"}` })),
  models: [
    {
      id: 'model_0',
      name: 'base',
      kind: 'language',
      path: '/models/base',
      hashes: '{"a":"b"}',
      run_id: null,
      created_at: at,
    },
    {
      id: 'model_1',
      name: 'tuned',
      kind: 'language',
      path: 'checkpoints/run_0/model',
      hashes: '{}',
      run_id: 'run_0',
      created_at: at,
    },
  ],
  evaluations: [
    {
      id: 'eval',
      kind: 'blind',
      name: 'a against b',
      run_id: 'run_0',
      config: '{}',
      result: '{"rate":0.6}',
      created_at: at,
    },
  ],
  judgements: numbers.map((n) => ({
    evaluation_id: 'eval',
    pair_id: `pair ${n}`,
    judge: 'ann',
    swapped: n % 2,
    preference: (n % 3) / 2,
    elapsed_ms: n,
    raw_reply: '',
    created_at: at,
    reason: n % 2 === 0 ? '' : 'shorter',
  })),
  notes: [{ item_id: idOf(0), annotator: 'ann', text: 'look again', created_at: at }],
  unread_replies: [
    { evaluation_id: 'eval', pair_id: 'pair 1', judge: 'j', swapped: 0, raw_reply: '?', created_at: at },
  ],
  step_times: numbers.map((n) => ({ run_id: 'run_0', step: n, seconds: n / 7 })),
  run_marks: [{ run_id: 'run_1', step: 3, kind: 'paused', sentence: 'Paused.', created_at: at }],
  skipped_pairs: [
    {
      evaluation_id: 'eval',
      pair_id: 'pair 90',
      judge: 'ann',
      swapped: 1,
      elapsed_ms: 5,
      after_judgement: 3,
      created_at: at,
    },
  ],
  run_details: [{ run_id: 'run_0', note: 'the good one', tags: '["keep"]', seen_at: at }],
  guidelines: [{ text: 'Be brief.', kinds: '["style"]', created_at: at }],
  trials: [{ trial: '{"draft":true,"hints":false,"rewardModel":null,"seed":3}', created_at: at }],
}

/** A skipped pair as versions had it that knew only verdicts. */
const skipVerdict: Row = {
  evaluation_id: 'eval',
  pair_id: 'pair 90',
  judge: 'ann',
  swapped: 1,
  preference: 0.5,
  elapsed_ms: 5,
  raw_reply: 'skip',
  created_at: at,
}

/** Tables that hold no work: they follow from others, by triggers or from a view `…_anew`, or are empty between imports. */
const derived = /^(item_search.*|item_facts|latest_states|metric_groups|incoming)$/

export const newestSchema = readMigrations().length

/** @param folder does not exist yet @param version number of migrations that the project has had, from 1 */
export function makeEarlierProject(folder: string, version: number): void {
  mkdirSync(folder, { recursive: true })
  const db = openDatabase(path.join(folder, 'lab.db'))
  migrate(db, readMigrations().slice(0, version))
  addEarlier(db, earlierItems)
  for (const table of storedTables(db)) {
    if (table === 'items') continue
    const rows = earlierRows[table]
    if (rows === undefined) throw new Error(`earlierRows needs rows of ${table}.`)
    insertRows(db, table, rows)
  }
  if (!storedTables(db).includes('skipped_pairs')) insertRows(db, 'judgements', [skipVerdict])
  if (version >= 14) db.exec('INSERT INTO metric_groups SELECT * FROM metric_groups_anew')
  db.close()
}

/** As versions with an earlier schema added them. */
export function addEarlier(db: Db, items: Item[]): void {
  const insert = db.prepare(`INSERT INTO items (${itemColumns}) VALUES (${itemValues})`)
  for (const item of items) insert.run(toColumns(item))
}

function insertRows(db: Db, table: string, rows: Row[]): void {
  const columns = columnsOf(db, table).filter((column) => column in rows[0]!)
  const values = columns.map((column) => `@${column}`)
  const insert = db.prepare(`INSERT INTO ${table} (${columns}) VALUES (${values})`)
  for (const row of rows) insert.run(row)
}

/** The rows of every table that holds what people or runs have made, in an order that does not depend on the schema. */
export type Contents = Record<string, Row[]>

/** @param like only the tables and columns of these contents; null for all */
export function contentsOf(db: Db, like: Contents | null = null): Contents {
  const tables = like === null ? storedTables(db) : Object.keys(like)
  return Object.fromEntries(
    tables.map((table) => {
      const columns = like === null ? columnsOf(db, table) : Object.keys(like[table]![0]!)
      const order = columns.map((_, i) => i + 1)
      const select = db.prepare(`SELECT ${columns} FROM ${sourceOf(db, table)} ORDER BY ${order}`)
      return [table, select.all() as Row[]]
    }),
  )
}

/** Datasets name their items by id in earlier schemas, and by sequence number since. */
function sourceOf(db: Db, table: string): string {
  if (table !== 'dataset_items' || columnsOf(db, table).includes('item_id')) return table
  return '(SELECT dataset_id, id AS item_id, item_seq FROM dataset_items JOIN items ON seq = item_seq)'
}

function storedTables(db: Db): string[] {
  const select = db.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY rowid",
  )
  return (select.pluck().all() as string[]).filter((name) => !derived.test(name))
}

function columnsOf(db: Db, table: string): string[] {
  return (db.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name)
}
