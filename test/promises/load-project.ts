/** A large project, written by SQL: importing and training it would take hours. */
import { makeItem } from '../../electron/pipeline/data/item.ts'
import { annotationChecksum } from '../../electron/storage/checksum.ts'
import { addMetrics, createProject, createRun, type Db, setRunState } from '../../electron/storage/index.ts'
import { itemColumns, itemValues, toColumns } from '../../electron/storage/items.ts'
import { someRun } from '../storage/scratch.ts'

export interface LoadSize {
  items: number
  /** Of one long run, with a hundred metrics at each step. */
  steps: number
}

const rowsPerPart = 20_000
const metricKeys = [
  'objective/kl',
  'judge/win_rate',
  ...Array.from({ length: 98 }, (_, i) => `extra/key_${i}`),
]
const words =
  'the quick brown fox jumps over a lazy dog while everyone looks at it and says nothing more'.split(' ')

function text(n: number, length: number): string {
  return Array.from({ length }, (_, i) => words[(n * 7 + i * i) % words.length]).join(' ')
}

/** @returns the id of the long run */
export async function makeLoadProject(folder: string, { items, steps }: LoadSize): Promise<string> {
  const { db, close } = await createProject(folder, 'load')
  // It is thrown away: nothing needs to survive a power cut.
  db.pragma('synchronous = OFF')
  db.pragma('cache_size = -300000')
  addDatasets(db, items)
  const run = createRun(db, { ...someRun, name: 'long' }).id
  setRunState(db, run, 'running')
  inParts(db, steps, 500, (step) =>
    addMetrics(
      db,
      run,
      step,
      Object.fromEntries(metricKeys.map((key, i) => [key, Math.sin(step / 999 + i)])),
    ),
  )
  setRunState(db, run, 'done')
  for (let n = 0; n < 30; n++) {
    const { id } = createRun(db, { ...someRun, name: `short ${n}` })
    inParts(db, 100, 100, (step) =>
      addMetrics(db, id, step, { 'objective/kl': step / (n + 1), 'loss/policy': n }),
    )
  }
  close()
  return run
}

function inParts(db: Db, count: number, perPart: number, work: (n: number) => void): void {
  for (let from = 0; from < count; from += perPart)
    db.transaction(() => {
      for (let n = from; n < Math.min(count, from + perPart); n++) work(n)
    })()
}

const states = ['done', 'done', 'done', 'draft', 'skipped', 'flagged']

/** Two thirds of the items have an edit by one person, a fifth one by another as well. */
function addDatasets(db: Db, items: number): void {
  const dataset = db.prepare(
    "INSERT INTO datasets (id, name, files, imported, duplicates, bad, created_at) VALUES (?, ?, '[]', 0, 0, 0, '')",
  )
  for (const name of ['a', 'b']) dataset.run(name, name)
  const insert = db.prepare(`INSERT INTO items (${itemColumns}) VALUES (${itemValues})`)
  const link = db.prepare('INSERT INTO dataset_items VALUES (?, ?)')
  const revision = db.prepare(
    `INSERT INTO annotations (item_id, annotator, revision, state, edited, operations, elapsed_ms, provenance, created_at, change_kinds, shown, checksum)
     VALUES (@item_id, @annotator, @revision, @state, @edited, @operations, @elapsed_ms, @provenance, @created_at, @change_kinds, @shown, @checksum)`,
  )
  const annotate = (itemId: string, annotator: string, state: string, edited: string) => {
    const row = {
      item_id: itemId,
      annotator,
      revision: 1,
      state,
      edited,
      operations: '[]',
      elapsed_ms: 1,
      provenance: 'human',
      created_at: '2026-01-01T00:00:00.000Z',
      change_kinds: null,
      shown: null,
    }
    revision.run({ ...row, checksum: annotationChecksum(row) })
  }
  inParts(db, items, rowsPerPart, (n) => {
    const item = makeItem({
      source: 'load',
      prompt: [{ role: 'user', content: `Question ${n}: ${text(n, 6)}?` }],
      rejected: text(n, 60),
    })
    const { lastInsertRowid } = insert.run(toColumns(item))
    link.run(n % 3 === 0 ? 'a' : 'b', lastInsertRowid)
    if (n % 3 > 0) annotate(item.id, 'me', states[n % states.length]!, `${text(n, 60)}.`)
    if (n % 5 === 0) annotate(item.id, 'bob', 'done', `${text(n, 60)}!`)
  })
}
