/** Models as users name them: by their name in the project, or by a path. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import { openGguf } from '../../engine/formats/gguf.ts'
import { ggufParts } from '../../engine/formats/gguf-parts.ts'
import { isAdapterFolder } from '../../engine/model/sources/adapter-source.ts'
import { hubAdvice } from '../../engine/model/sources/base-name.ts'
import { openModelSource } from '../../engine/model/sources/model-source.ts'
import {
  loadTokenizer,
  openTokenizer,
  type Tokenizer,
  tokenizerFromGguf,
} from '../../engine/tokenizer/index.ts'
import { addModel, describeFile, listModels, type Model, type Project } from '../../storage/index.ts'
import { freeName } from '../free-name.ts'

/** A model on disk. */
export interface NamedModel {
  path: string
  /** Its record in the project; null if it was found by its path. */
  record: Model | null
}

/** @throws UserError `not_found` if it is neither a name nor a path */
export function findModel({ db, folder }: Project, nameOrPath: string): NamedModel {
  const models = listModels(db)
  const record = models.findLast(({ name }) => name === nameOrPath)
  if (record) return { path: path.resolve(folder, record.path), record }
  if (existsSync(nameOrPath)) return { path: path.resolve(nameOrPath), record: null }
  const names =
    models.length > 0 ? ` Models of this project: ${models.map(({ name }) => name).join(', ')}.` : ''
  const advice = hubAdvice(nameOrPath)
  throw new UserError(
    'not_found',
    `"${nameOrPath}" is neither a model of this project nor a path to one.${names}${advice ? ` ${advice}` : ''}`,
  )
}

/** Whether a model of the project has the name. */
export function hasModel({ db }: Project, name: string): boolean {
  return listModels(db).some((model) => model.name === name)
}

/** @throws UserError `conflict` if a model of the project has the name */
export function refuseTakenName(project: Project, name: string | null): void {
  if (name === null || !hasModel(project, name)) return
  throw new UserError('conflict', `This project already has a model "${name}". Choose another name.`)
}

/** @returns the name, with a number if a model of the project already has it */
export function freeModelName({ db }: Project, name: string): string {
  const taken = new Set(listModels(db).map((model) => model.name))
  return freeName(name, (candidate) => taken.has(candidate))
}

/** Adds the model of a run to the project, with the hashes of its files. */
export async function registerModel(
  { db, folder }: Project,
  model: { name: string; kind: Model['kind']; modelFolder: string; runId: string },
): Promise<Model> {
  const { name, kind, modelFolder, runId } = model
  const hashes = await hashFiles(modelFolder)
  return addModel(db, { name, kind, path: path.relative(folder, modelFolder), hashes, runId })
}

/** The files of a model: directly in its folder, or a GGUF file with its other parts. */
export function modelFiles(fileOrFolder: string): string[] {
  if (!statSync(fileOrFolder).isDirectory())
    return ggufParts(fileOrFolder).filter((file) => file === fileOrFolder || existsSync(file))
  return readdirSync(fileOrFolder)
    .sort()
    .map((name) => path.join(fileOrFolder, name))
}

/** @returns the SHA-256 of each file of a model, by file name */
export async function hashFiles(fileOrFolder: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {}
  for (const file of modelFiles(fileOrFolder)) {
    if (statSync(file).isFile()) hashes[path.basename(file)] = (await describeFile(file)).sha256
  }
  return hashes
}

/** @param file a model folder, a tokenizer.json, or a GGUF file */
export function openTokenizerAt(file: string): Tokenizer {
  if (statSync(file).isDirectory())
    return isAdapterFolder(file) ? openTokenizer(openModelSource(file).tokenizerSource) : loadTokenizer(file)
  if (path.basename(file) === 'tokenizer.json') return loadTokenizer(path.dirname(file))
  return tokenizerFromGguf(openGguf(file).metadata, file)
}
