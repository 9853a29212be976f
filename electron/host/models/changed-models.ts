/** Notices that the files of a registered model are no longer those that were registered. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { describeFile, listModels, type Model, type Project } from '../../storage/index.ts'

/** @param paths absolute paths of models @returns a sentence for each that has changed */
export async function changedModels({ db, folder }: Project, paths: Iterable<string>): Promise<string[]> {
  const wanted = new Set(paths)
  const registered = listModels(db).filter((model) => wanted.has(path.resolve(folder, model.path)))
  const byPath = new Map(registered.map((model) => [path.resolve(folder, model.path), model]))
  const sentences: string[] = []
  for (const [file, model] of byPath) {
    const changed = await changedFiles(file, model)
    if (changed.length > 0)
      sentences.push(
        `The model ${model.name} has changed since it was added to the project: ${changed.join(', ')}. Stop and put its files back, unless the change is meant.`,
      )
  }
  return sentences
}

/** @param model a folder, or a GGUF file, whose parts are beside it */
async function changedFiles(model: string, { hashes }: Model): Promise<string[]> {
  const changed: string[] = []
  for (const [name, hash] of Object.entries(hashes)) {
    const file = [path.join(model, name), path.join(path.dirname(model), name)].find(existsSync)
    if (file === undefined) changed.push(`${name} is missing`)
    else if ((await describeFile(file)).sha256 !== hash) changed.push(name)
  }
  return changed
}
