/** The verbs `import` and `export`. */
import path from 'node:path'
import type { dataVerbs as contractVerbs } from '../../contract/data.ts'
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import type { BadRow, EditedPair, ImportRow, PairLabels } from '../../contract/records.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { exporters } from '../../pipeline/data/export.ts'
import type { ExportSource, PreferencePair } from '../../pipeline/data/exporters/exporter.ts'
import { detectFile, readRows } from '../../pipeline/data/read.ts'
import { labelPair } from '../../pipeline/label/labels.ts'
import { type Db, describeFile, importRows, type Project } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import type { Implements } from '../implements.ts'
import { findModel, openTokenizerAt } from '../models/project-models.ts'
import { annotatedItemsOf, editedPairsOf, type ItemSelection, itemsOf } from './items.ts'

/** All files become one dataset, in one transaction. */
export async function importData(
  lab: Lab,
  { project, files, dataset, columns, strict }: VerbInput<'import'>,
  { emit, signal }: Hooks,
): Promise<VerbResult<'import'>> {
  const { db } = await lab.openProject(project)
  const descriptions = []
  for (const file of files) {
    const format = await detectFile(file, { columns })
    emit({ type: 'note', sentence: `${file}: ${format ? `format "${format}"` : 'no readable rows'}` })
    descriptions.push(await describeFile(file))
  }
  async function* rows(): AsyncGenerator<ImportRow | BadRow> {
    for (const file of files) {
      const onProgress = (done: number, total: number) =>
        emit({ type: 'progress', phase: path.basename(file), done, total })
      yield* readRows(file, { columns, onProgress })
    }
  }
  const name = dataset ?? descriptions.map((file) => file.name).join(', ')
  const { imported, duplicates, bad } = await importRows(db, rows(), {
    name,
    files: descriptions,
    strict,
    signal,
  })
  return { imported, duplicates, bad }
}

function exportData(lab: Lab, input: VerbInput<'export'>): Promise<VerbResult<'export'>> {
  return lab.readProject(input.project, (project) => exportProject(project, input))
}

async function exportProject(
  project: Project,
  { out, format, pairs, datasets, tokenizer }: VerbInput<'export'>,
): Promise<VerbResult<'export'>> {
  const { db } = project
  const file = path.resolve(out)
  const selection = { datasets }
  const source: ExportSource = {
    annotatedItems: () => annotatedItemsOf(db, selection),
    preferences: () => preferences(db, selection, pairs),
    labels() {
      if (tokenizer !== null)
        return labelled(openTokenizerAt(findModel(project, tokenizer).path), editedPairsOf(db, selection))
      throw new UserError(
        'bad_input',
        'Token labels need a tokenizer. Pass --tokenizer with a model folder or a GGUF file.',
      )
    },
  }
  return { file, rows: await exporters[format](file, source) }
}

/** Finished edits over the rejected responses, and the original preferences of the items. */
function* preferences(
  db: Db,
  selection: ItemSelection,
  pairs: 'all' | 'edited' | 'original',
): Generator<PreferencePair> {
  for (const { item, rejected, edited } of pairs === 'original' ? [] : editedPairsOf(db, selection)) {
    if (edited !== rejected) yield { item, chosen: edited, rejected }
  }
  for (const item of pairs === 'edited' ? [] : itemsOf(db, selection)) {
    if (item.chosen !== null && item.rejected !== null)
      yield { item, chosen: item.chosen, rejected: item.rejected }
  }
}

function* labelled(tokenizer: Tokenizer, pairs: Iterable<EditedPair>): Generator<PairLabels> {
  for (const { item, rejected, edited } of pairs) yield labelPair(tokenizer, item.id, rejected, edited)
}

export const dataVerbs: Implements<typeof contractVerbs> = { import: importData, export: exportData }
