/** The models of a project as the UI lists them: where each comes from, how large it is, and what its files are. */
import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { ModelRecord } from '../../contract/models.ts'
import { runKinds } from '../../contract/run-kinds/index.ts'
import { openModelSource } from '../../engine/model/sources/model-source.ts'
import {
  listModels,
  listRuns,
  type Model,
  newestMetrics,
  type Project,
  type Run,
} from '../../storage/index.ts'
import { startOf } from './lineage.ts'
import { modelFiles } from './project-models.ts'

/** @returns the records, the oldest first */
export function modelRecords(project: Project): ModelRecord[] {
  const runs = new Map(listRuns(project.db).map((run) => [run.id, run]))
  return listModels(project.db).map((model) => recordOf(project, model, runs.get(model.runId ?? '') ?? null))
}

/** @param run that trained it */
export function recordOf(project: Project, model: Model, run: Run | null): ModelRecord {
  const absolute = path.resolve(project.folder, model.path)
  const { id, name, kind, createdAt, runId } = model
  return {
    id,
    name,
    kind,
    createdAt,
    path: absolute,
    run: runId,
    from: run && startName(project, run),
    trainedBy: run && { kind: run.kind, name: run.name, step: newestMetrics(project.db, run.id).step },
    rewardedBy: run ? rewardNames(project, run) : [],
    ...describe(absolute),
    sizeBytes: sizeOf(absolute),
    fingerprint: fingerprintOf(model.hashes),
    isOwn: isOwn(model),
  }
}

/** Whether its files are in the project's folder: those of models that it trained. */
export function isOwn(model: Pick<Model, 'path'>): boolean {
  return !path.isAbsolute(model.path)
}

/** The name of the model that a run started from, or its file name if the project does not list it. */
function startName(project: Project, run: Run): string | null {
  const start = startOf(project, run)
  if (!start) return null
  if (start.path === null) return `preset ${start.preset}`
  return start.record?.name ?? path.basename(start.path)
}

/** The first of a kind's models is the one that it trains; the others reward it. */
function rewardNames({ db, folder }: Project, run: Run): string[] {
  const [, ...others] = Object.keys(runKinds[run.kind].models)
  const files = others.flatMap((key) => run.config.job[key] ?? []).filter((file) => typeof file === 'string')
  return files.map((file) => {
    const absolute = path.resolve(folder, file)
    const model = listModels(db).find((each) => path.resolve(folder, each.path) === absolute)
    return model?.name ?? path.basename(absolute)
  })
}

function describe(file: string): Pick<ModelRecord, 'format' | 'parameters'> {
  try {
    const { kind, parameters } = openModelSource(file)
    const sizes = [...parameters.shapes.values()].map((shape) => shape.reduce((a, b) => a * b, 1))
    return { format: kind === 'gguf' ? 'GGUF' : 'safetensors', parameters: sizes.reduce((a, b) => a + b, 0) }
  } catch {
    return { format: null, parameters: null }
  }
}

function sizeOf(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat) return 0
  if (!stat.isDirectory())
    return modelFiles(file).reduce(
      (sum, part) => sum + (statSync(part, { throwIfNoEntry: false })?.size ?? 0),
      0,
    )
  return readdirSync(file).reduce((sum, name) => sum + sizeOf(path.join(file, name)), 0)
}

/** The same for the same files, whatever the model is called. */
function fingerprintOf(hashes: Model['hashes']): string {
  const sorted = Object.entries(hashes).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 8)
}
