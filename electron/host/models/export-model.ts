/** The verb `export-model`: a model's files where the user wants them, complete or absent. Nothing existing is touched. */
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import type { ModelFormat } from '../../contract/models.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import { openModelSource } from '../../engine/model/sources/model-source.ts'
import { saveGguf } from '../../engine/model/sources/save-gguf.ts'
import type { Lab } from '../context.ts'
import { findModel } from './project-models.ts'

type Options = Pick<VerbInput<'export-model'>, 'model' | 'numbers'>
type Result = VerbResult<'export-model'>

/** @param from the model's folder or file @param out does not exist, but its folder does */
type Exporter = (from: string, out: string, options: Options) => Promise<Result>

const exporters: Record<ModelFormat, Exporter> = { copy: copyModel, gguf: writeGgufFile }

export async function exportModel(
  lab: Lab,
  { project, out, format, ...options }: VerbInput<'export-model'>,
): Promise<Result> {
  const target = path.resolve(out)
  const from = await lab.readProject(project, async (opened) => findModel(opened, options.model).path)
  if (existsSync(target)) throw new UserError('conflict', `${target} already exists. Choose a new path.`)
  mkdirSync(path.dirname(target), { recursive: true })
  return exporters[format](from, target, options)
}

async function copyModel(from: string, out: string): Promise<Result> {
  const partial = `${out}.partial`
  try {
    cpSync(from, statSync(from).isDirectory() ? partial : path.join(partial, path.basename(from)), {
      recursive: true,
    })
    renameSync(partial, out)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
  return { folder: out, files: readdirSync(out) }
}

async function writeGgufFile(from: string, out: string, { model, numbers }: Options): Promise<Result> {
  if (!out.endsWith('.gguf')) {
    const message = `${out} is not the name of a GGUF file. Choose one that ends in .gguf, for example ${out}.gguf.`
    throw new UserError('bad_input', message)
  }
  await saveGguf(openModelSource(from), out, { name: path.parse(model).name, type: numbers })
  return { folder: path.dirname(out), files: [path.basename(out)] }
}
