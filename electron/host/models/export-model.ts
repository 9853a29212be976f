/** The verb `export-model`: a model's files where the user wants them, complete or absent. Nothing existing is touched. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import { type ExportNumbers, exportNumbers, type ModelFormat } from '../../contract/models.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import { writeFileAtomic, writeFolderAtomic } from '../../engine/formats/atomic.ts'
import type { FloatDtype } from '../../engine/formats/safetensors.ts'
import { scoreHead } from '../../engine/model/config.ts'
import { baseNameOf } from '../../engine/model/sources/base-name.ts'
import type { ClassificationKind } from '../../engine/model/sources/classification.ts'
import { type ModelSource, openModelSource } from '../../engine/model/sources/model-source.ts'
import { saveFolder } from '../../engine/model/sources/save-folder.ts'
import { type GgufFileType, saveGguf } from '../../engine/model/sources/save-gguf.ts'
import { openTokenizer, saveTokenizer } from '../../engine/tokenizer/index.ts'
import {
  classificationOfScheme,
  type RewardCard,
  readRewardCard,
  writeRewardCard,
} from '../../pipeline/reward/card.ts'
import { getRun, type Project } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import { outputPath } from '../output-file.ts'
import { startOf } from './lineage.ts'
import { classNotes, type Exported, modelCard } from './model-card.ts'
import { findModel, hashFiles, type NamedModel } from './project-models.ts'

type Result = VerbResult<'export-model'>

interface Source {
  project: Project
  named: NamedModel
  /** As the user named it. */
  name: string
}

/** @param out does not exist, but its folder does */
type Exporter = (source: Source, out: string, numbers: ExportNumbers | null) => Promise<Result>

const exporters: Record<ModelFormat, Exporter> = {
  safetensors: writeFolder,
  gguf: writeGgufFile,
  adapter: writeAdapter,
  copy: copyModel,
}

export async function exportModel(
  lab: Lab,
  { project: folder, model: name, out, format, numbers }: VerbInput<'export-model'>,
): Promise<Result> {
  const target = outputPath(out)
  const chosen = numbersFor(format, numbers)
  return lab.readProject(folder, async (project) => {
    const named = findModel(project, name)
    if (existsSync(target)) throw new UserError('conflict', `${target} already exists. Choose a new path.`)
    mkdirSync(path.dirname(target), { recursive: true })
    return exporters[format]({ project, named, name }, target, chosen)
  })
}

function numbersFor(format: ModelFormat, numbers: ExportNumbers | null): ExportNumbers | null {
  const possible: readonly ExportNumbers[] = exportNumbers[format]
  if (numbers === null) return possible[0] ?? null
  if (possible.includes(numbers)) return numbers
  const advice = possible.length > 0 ? `Use ${possible.join(', ')}.` : 'Leave --numbers out.'
  throw new UserError('bad_input', `Format ${format} cannot store numbers as ${numbers}. ${advice}`)
}

/** A file of weights that would be larger is divided. */
const maxShardBytes = 2e9

async function writeFolder(source: Source, out: string, numbers: ExportNumbers | null): Promise<Result> {
  const { path: from } = source.named
  const dtype = numbers as FloatDtype
  const opened = openModelSource(from)
  const card = readRewardCard(from)
  const classification = classificationIn(opened, card)
  const scoresEnd = classification !== null && card !== null
  await writeFolderAtomic(out, async (folder) => {
    const padding = await saveFolder(opened, folder, { dtype, maxShardBytes, classification, scoresEnd })
    if (card) await writeRewardCard(folder, card)
    const what: Exported = { form: 'folder', source: opened, classification, card, numbers: dtype, padding }
    await describe(source, folder, what)
  })
  return { folder: out, files: readdirSync(out), notes: classNotes(opened, classification) }
}

/** How the score head is read; null for a language model. */
function classificationIn(
  { classification, parameters }: ModelSource,
  card: RewardCard | null,
): ClassificationKind | null {
  if (!parameters.shapes.has(scoreHead)) return null
  return card ? classificationOfScheme(card.scheme) : (classification?.kind ?? 'sequence')
}

/** The model card, and the settings that reproduce the export. */
async function describe({ project, named, name }: Source, folder: string, what: Exported): Promise<void> {
  const readme = modelCard(project, { name, record: named.record, path: named.path }, what)
  await writeFileAtomic(path.join(folder, 'README.md'), [readme])
  const settings = {
    model: name,
    run: named.record?.runId ?? null,
    files: await hashFiles(named.path),
    form: what.form,
    numbers: what.numbers,
    rounding: what.numbers === 'F32' ? 'none' : 'to the nearest, ties to even',
    maxShardBytes,
  }
  await writeFileAtomic(path.join(folder, 'export.json'), [`${JSON.stringify(settings, null, 2)}\n`])
}

/** The adapters that the model's run has trained, with the present path or name of their base. */
async function writeAdapter(source: Source, out: string): Promise<Result> {
  const { record, path: from } = source.named
  const adapter = path.join(path.dirname(from), 'adapter')
  if (record?.runId == null || !existsSync(adapter)) {
    const message = `"${source.name}" has no adapters: it was not trained with --lora-rank. Export it with --format safetensors.`
    throw new UserError('not_found', message)
  }
  const opened = openModelSource(from)
  const card = readRewardCard(from)
  const what: Exported = {
    form: 'adapter',
    source: opened,
    classification: classificationIn(opened, card),
    card,
    numbers: 'F32',
    padding: null,
  }
  await writeFolderAtomic(out, async (folder) => {
    cpSync(adapter, folder, { recursive: true })
    await describe(source, folder, what)
    await saveTokenizer(openTokenizer(opened.tokenizerSource), folder)
    if (card) await writeRewardCard(folder, card)
    await nameBase(source.project, record.runId!, path.join(folder, 'adapter_config.json'))
  })
  return { folder: out, files: readdirSync(out), notes: classNotes(opened, what.classification) }
}

/** The path may have changed since the run ended: the project's folder can be moved. */
async function nameBase(project: Project, runId: string, file: string): Promise<void> {
  const start = startOf(project, getRun(project.db, runId))
  const config: object = JSON.parse(readFileSync(file, 'utf8'))
  const base = start?.path == null ? null : baseNameOf(start.path)
  await writeFileAtomic(file, [JSON.stringify({ ...config, base_model_name_or_path: base }, null, 2)])
}

async function copyModel({ named: { path: from } }: Source, out: string): Promise<Result> {
  const partial = `${out}.partial`
  try {
    cpSync(from, statSync(from).isDirectory() ? partial : path.join(partial, path.basename(from)), {
      recursive: true,
    })
    renameSync(partial, out)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
  return { folder: out, files: readdirSync(out), notes: [] }
}

async function writeGgufFile(
  { name, named }: Source,
  out: string,
  numbers: ExportNumbers | null,
): Promise<Result> {
  if (!out.endsWith('.gguf')) {
    const message = `${out} is not the name of a GGUF file. Choose one that ends in .gguf, for example ${out}.gguf.`
    throw new UserError('bad_input', message)
  }
  const type = numbers as GgufFileType
  await saveGguf(openModelSource(named.path), out, { name: path.parse(name).name, type })
  return { folder: path.dirname(out), files: [path.basename(out)], notes: [] }
}
