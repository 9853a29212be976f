/** The verb `label`: token labels of all finished edits, and measures of how minimal the edits are. */
import type { Hooks } from '../../contract/events.ts'
import type { labelVerbs as contractVerbs, LabelSummary } from '../../contract/label.ts'
import type { EditedPair, PairLabels, TokenLabels } from '../../contract/records.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import { type Minimality, minimality } from '../../pipeline/annotate/minimality.ts'
import { writeRows } from '../../pipeline/data/exporters/exporter.ts'
import { labelRow } from '../../pipeline/data/exporters/tokens.ts'
import { countSpanWords, spanAgreement, type WordCounts } from '../../pipeline/label/span-agreement.ts'
import type { Project } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import { editedPairsOf } from '../data/items.ts'
import { LeftOut } from '../data/left-out.ts'
import type { Implements } from '../implements.ts'
import { callsOf, LimitedTokenizer } from '../models/limited-tokenizer.ts'
import { findModel } from '../models/project-models.ts'
import { outputFile } from '../output-file.ts'

/** What one edit adds to the summary. */
interface EditFigures {
  isChanged: boolean
  rejected: Counts
  edited: Counts
  minimality: Minimality
  /** Null if no errors are marked, or if the edit cannot agree with them: it changes nothing or deletes everything. */
  spanWords: WordCounts | null
}

interface Counts {
  kept: number
  changed: number
}

function label(lab: Lab, input: VerbInput<'label'>, hooks: Hooks): Promise<VerbResult<'label'>> {
  return lab.readProject(input.project, (project) => labelProject(project, input, hooks))
}

async function labelProject(
  project: Project,
  { tokenizer: name, datasets, out, force }: VerbInput<'label'>,
  { emit, signal }: Hooks,
): Promise<VerbResult<'label'>> {
  const file = out === null ? null : outputFile(out, force)
  const tokenizer = new LimitedTokenizer(findModel(project, name).path)
  const pairs = [...editedPairsOf(project.db, { datasets })]
  const figures: EditFigures[] = []
  const leftOut = new LeftOut()
  async function* labels(): AsyncGenerator<PairLabels> {
    for (const some of callsOf(pairs)) {
      const labelled = await tokenizer.label(some)
      for (const [i, labelsOfPair] of labelled.entries()) {
        if (labelsOfPair === null) {
          leftOut.add(some[i]!)
          continue
        }
        figures.push(measure(some[i]!, labelsOfPair))
        yield labelsOfPair
      }
      emit({ type: 'progress', phase: 'label', done: figures.length + leftOut.count, total: pairs.length })
      signal.throwIfAborted()
    }
  }
  try {
    if (file !== null) await writeRows(file, labels(), labelRow)
    else for await (const _ of labels());
    leftOut.note({ emit })
    return { ...summarise(figures, await tokenizer.hash()), tooLong: leftOut.count }
  } finally {
    tokenizer.close()
  }
}

function measure({ item, rejected, edited }: EditedPair, labels: PairLabels): EditFigures {
  const isChanged = rejected !== edited
  const isComparable = item.errorSpans !== null && isChanged && edited.trim() !== ''
  return {
    isChanged,
    rejected: countLabels(labels.rejected),
    edited: countLabels(labels.edited),
    minimality: minimality(labels),
    spanWords: isComparable ? countSpanWords(rejected, labels.rejected, item.errorSpans ?? []) : null,
  }
}

function countLabels({ labels }: TokenLabels): Counts {
  const kept = labels.filter((value) => value === 0).length
  return { kept, changed: labels.length - kept }
}

function summarise(figures: readonly EditFigures[], tokenizerHash: string): Omit<LabelSummary, 'tooLong'> {
  const total = (side: 'rejected' | 'edited'): Counts => ({
    kept: sum(figures.map((edit) => edit[side].kept)),
    changed: sum(figures.map((edit) => edit[side].changed)),
  })
  const mean = (measure: keyof Minimality) =>
    sum(figures.map((edit) => edit.minimality[measure])) / figures.length
  const spanWords = figures.flatMap((edit) => edit.spanWords ?? [])
  return {
    annotations: figures.length,
    unchanged: figures.filter(({ isChanged }) => !isChanged).length,
    tokenizerHash,
    rejected: total('rejected'),
    edited: total('edited'),
    minimality:
      figures.length === 0
        ? null
        : {
            keptShare: mean('keptShare'),
            editRatio: mean('editRatio'),
            hunks: mean('hunkCount'),
          },
    spans: spanWords.length === 0 ? null : { ...spanAgreement(spanWords), items: spanWords.length },
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}

export const labelVerbs: Implements<typeof contractVerbs> = { label }
