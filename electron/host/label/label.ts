/** The verb label: labels of all finished edits under a tokenizer, and what they say about the edits. */
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Hooks } from '../../contract/events.ts'
import type { labelVerbs as contractVerbs, LabelSummary } from '../../contract/label.ts'
import type { EditedPair, PairLabels, TokenLabels } from '../../contract/records.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import { type Minimality, minimality } from '../../pipeline/annotate/minimality.ts'
import { writeRows } from '../../pipeline/data/exporters/exporter.ts'
import { labelRow } from '../../pipeline/data/exporters/tokens.ts'
import { labelPair } from '../../pipeline/label/labels.ts'
import { countSpanWords, spanAgreement, type WordCounts } from '../../pipeline/label/span-agreement.ts'
import type { Lab } from '../context.ts'
import { editedPairsOf } from '../data/items.ts'
import type { Implements } from '../implements.ts'
import { findModel, openTokenizerAt } from '../models/project-models.ts'

/** What one edit adds to the summary. */
interface EditFigures {
  isChanged: boolean
  rejected: Counts
  edited: Counts
  minimality: Minimality
  /** Null where nobody marked errors, or where the edit says nothing of them. */
  spanWords: WordCounts | null
}

interface Counts {
  kept: number
  changed: number
}

async function label(
  lab: Lab,
  { project: folder, tokenizer: name, datasets, out }: VerbInput<'label'>,
  { emit, signal }: Hooks,
): Promise<VerbResult<'label'>> {
  const project = await lab.openProject(folder)
  const tokenizer = openTokenizerAt(findModel(project, name).path)
  const pairs = [...editedPairsOf(project.db, { datasets })]
  const figures: EditFigures[] = []
  async function* labels(): AsyncGenerator<PairLabels> {
    for (const pair of pairs) {
      const labelled = labelPair(tokenizer, pair.item.id, pair.rejected, pair.edited)
      figures.push(measure(pair, labelled))
      yield labelled
      if (figures.length % pairsAtOnce !== 0) continue
      emit({ type: 'progress', phase: 'label', done: figures.length, total: pairs.length })
      await setImmediate()
      signal.throwIfAborted()
    }
  }
  if (out !== null) await writeRows(path.resolve(out), labels(), labelRow)
  else for await (const _ of labels());
  return summarise(figures, tokenizer.hash)
}

/** Between two turns of other work. */
const pairsAtOnce = 50

function measure({ item, rejected, edited }: EditedPair, labels: PairLabels): EditFigures {
  const isChanged = rejected !== edited
  const speaksOfErrors = item.errorSpans !== null && isChanged && edited.trim() !== ''
  return {
    isChanged,
    rejected: countLabels(labels.rejected),
    edited: countLabels(labels.edited),
    minimality: minimality(labels),
    spanWords: speaksOfErrors ? countSpanWords(rejected, labels.rejected, item.errorSpans ?? []) : null,
  }
}

function countLabels({ labels }: TokenLabels): Counts {
  const kept = labels.filter((value) => value === 0).length
  return { kept, changed: labels.length - kept }
}

function summarise(figures: readonly EditFigures[], tokenizerHash: string): LabelSummary {
  const total = (counts: (of: EditFigures) => Counts): Counts => ({
    kept: sum(figures.map((of) => counts(of).kept)),
    changed: sum(figures.map((of) => counts(of).changed)),
  })
  const mean = (of: (minimality: Minimality) => number) =>
    sum(figures.map((f) => of(f.minimality))) / figures.length
  const spanWords = figures.flatMap((of) => of.spanWords ?? [])
  return {
    annotations: figures.length,
    unchanged: figures.filter(({ isChanged }) => !isChanged).length,
    tokenizerHash,
    rejected: total((of) => of.rejected),
    edited: total((of) => of.edited),
    minimality:
      figures.length === 0
        ? null
        : {
            keptShare: mean((m) => m.keptShare),
            editRatio: mean((m) => m.editRatio),
            hunks: mean((m) => m.hunkCount),
          },
    spans: spanWords.length === 0 ? null : { ...spanAgreement(spanWords), items: spanWords.length },
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}

export const labelVerbs: Implements<typeof contractVerbs> = { label }
