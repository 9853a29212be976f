/** Models that a project uses or has trained. */
import { type Db, transact } from './database.ts'
import { json, newId, now, text } from './values.ts'

export interface NewModel {
  name: string
  kind: 'language' | 'reward'
  /** Relative to the project's folder for models that it trained, else absolute. */
  path: string
  /** SHA-256 of each file, by its name. */
  hashes: Record<string, string>
  /** The run that trained it. */
  runId: string | null
}

export interface Model extends NewModel {
  id: string
  createdAt: string
}

export function addModel(db: Db, model: NewModel): Model {
  const stored = { ...model, id: newId('model'), createdAt: now() }
  const insert = db.prepare(
    `INSERT INTO models (id, name, kind, path, hashes, run_id, created_at)
     VALUES (@id, @name, @kind, @path, @hashes, @runId, @createdAt)`,
  )
  const values = {
    ...stored,
    name: text(model.name, "The model's name"),
    path: text(model.path, "The model's path"),
    hashes: json(model.hashes, "The model's hashes"),
  }
  transact(db, () => insert.run(values))
  return stored
}

const columns = 'id, name, kind, path, hashes, run_id AS runId, created_at AS createdAt'

/** @returns the models, the oldest first */
export function listModels(db: Db): Model[] {
  return db.prepare(`SELECT ${columns} FROM models ORDER BY seq`).all().map(toModel)
}

function toModel(row: unknown): Model {
  const stored = row as Omit<Model, 'hashes'> & { hashes: string }
  return { ...stored, hashes: JSON.parse(stored.hashes) }
}

/** Names must differ; the caller checks. Records that mention the model by its earlier name keep it. */
export function renameModel(db: Db, id: string, name: string): void {
  const update = db.prepare('UPDATE models SET name = ? WHERE id = ?')
  transact(db, () => update.run(text(name, "The model's name"), id))
}

/** Its files are the caller's concern. */
export function deleteModel(db: Db, id: string): void {
  const remove = db.prepare('DELETE FROM models WHERE id = ?')
  transact(db, () => remove.run(id))
}
