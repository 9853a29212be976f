/** Models as verbs name them: by their name in the project, or by a path. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import { openGguf } from '../../engine/formats/gguf.ts'
import { loadTokenizer, type Tokenizer, tokenizerFromGguf } from '../../engine/tokenizer/index.ts'
import { addModel, describeFile, listModels, type Model, type Project } from '../../storage/index.ts'
import { freeName } from '../free-name.ts'

/** A model on the disk; `made` where the project made it. */
export interface NamedModel {
  path: string
  made: Model | null
}

/** @throws UserError `not_found` where it is neither a name nor a path */
export function findModel({ db, folder }: Project, nameOrPath: string): NamedModel {
  const models = listModels(db)
  const made = models.findLast(({ name }) => name === nameOrPath)
  if (made) return { path: path.resolve(folder, made.path), made }
  if (existsSync(nameOrPath)) return { path: path.resolve(nameOrPath), made: null }
  const known =
    models.length > 0 ? ` Models of this project: ${models.map(({ name }) => name).join(', ')}.` : ''
  throw new UserError(
    'not_found',
    `"${nameOrPath}" is neither a model of this project nor a path to one.${known}`,
  )
}

/** @throws UserError `conflict` where a model of the project has the name */
export function refuseTakenName({ db }: Project, name: string | null): void {
  if (name === null || !listModels(db).some((model) => model.name === name)) return
  throw new UserError('conflict', `This project has a model "${name}" already. Give another --name.`)
}

/** @returns the name, with a number if a model of the project already has it */
export function freeModelName({ db }: Project, name: string): string {
  const taken = new Set(listModels(db).map((model) => model.name))
  return freeName(name, (candidate) => taken.has(candidate))
}

/** Keeps a model that a run has made, with the hashes of its files. */
export async function registerModel(
  { db, folder }: Project,
  model: { name: string; kind: Model['kind']; modelFolder: string; runId: string },
): Promise<Model> {
  const { name, kind, modelFolder, runId } = model
  const hashes = await hashFiles(modelFolder)
  return addModel(db, { name, kind, path: path.relative(folder, modelFolder), hashes, runId })
}

/** @returns the SHA-256 of a file, or of each file directly in a folder, by file name */
export async function hashFiles(fileOrFolder: string): Promise<Record<string, string>> {
  const files = statSync(fileOrFolder).isDirectory()
    ? readdirSync(fileOrFolder)
        .sort()
        .map((name) => path.join(fileOrFolder, name))
    : [fileOrFolder]
  const hashes: Record<string, string> = {}
  for (const file of files) {
    if (statSync(file).isFile()) hashes[path.basename(file)] = (await describeFile(file)).sha256
  }
  return hashes
}

/** @param file a model folder, a tokenizer.json, or a GGUF file */
export function openTokenizerAt(file: string): Tokenizer {
  if (statSync(file).isDirectory()) return loadTokenizer(file)
  if (path.basename(file) === 'tokenizer.json') return loadTokenizer(path.dirname(file))
  return tokenizerFromGguf(openGguf(file).metadata, file)
}
