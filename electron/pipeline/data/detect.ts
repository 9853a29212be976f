/** The importers, and which of them reads a file, by the keys of its first rows. */
import { type FieldNames, namesByAlias, rename } from './columns.ts'
import type { Importer, RawObject } from './fields.ts'
import { argillaFlatImporter, argillaImporter } from './importers/argilla.ts'
import { llmBarImporter, pandaLmImporter, safeRlhfImporter } from './importers/compared-answers.ts'
import { dialogueImporter, dialoguePairImporter, judgedDialogueImporter } from './importers/conversations.ts'
import { fineGrainedImporter } from './importers/fine-grained.ts'
import {
  helpSteer2PreferenceImporter,
  helpSteer3EditImporter,
  helpSteer3FeedbackImporter,
  helpSteer3PreferenceImporter,
  helpSteer3QualityImporter,
  ratedResponseImporter,
} from './importers/helpsteer.ts'
import { hhImporter } from './importers/hh-rlhf.ts'
import { labelStudioImporter, labelStudioMinImporter } from './importers/label-studio.ts'
import { openaiPreferenceImporter } from './importers/openai-preference.ts'
import { plainImporter } from './importers/plain.ts'
import { alpacaPreferenceImporter, pairImporter } from './importers/preference.ts'
import { alpacaOutputImporter, completionImporter, judgedAnswerImporter } from './importers/prompt-answer.ts'
import { nectarImporter, rewardBench2Importer, ultraFeedbackImporter } from './importers/scored-answers.ts'
import { seedTaskImporter } from './importers/seed-tasks.ts'
import { stepwiseImporter } from './importers/stepwise.ts'
import { stetImporter } from './importers/stet.ts'
import { instructionPairImporter, trlImporter } from './importers/trl.ts'
import { trlImplicitImporter } from './importers/trl-implicit.ts'

/** The more specific importer first: of two that recognise equally many rows the first is used. */
export const importers: readonly Importer[] = [
  stetImporter,
  fineGrainedImporter,
  argillaImporter,
  argillaFlatImporter,
  labelStudioImporter,
  labelStudioMinImporter,
  helpSteer3EditImporter,
  helpSteer3QualityImporter,
  helpSteer3PreferenceImporter,
  helpSteer3FeedbackImporter,
  helpSteer2PreferenceImporter,
  ratedResponseImporter,
  ultraFeedbackImporter,
  nectarImporter,
  rewardBench2Importer,
  stepwiseImporter,
  safeRlhfImporter,
  pandaLmImporter,
  llmBarImporter,
  openaiPreferenceImporter,
  pairImporter,
  alpacaPreferenceImporter,
  seedTaskImporter,
  dialoguePairImporter,
  judgedDialogueImporter,
  judgedAnswerImporter,
  alpacaOutputImporter,
  hhImporter,
  trlImplicitImporter,
  trlImporter,
  instructionPairImporter,
  completionImporter,
  plainImporter,
  dialogueImporter,
]

/** How the rows of a file are read. */
export interface Detected {
  /** Null if no importer recognises any row. */
  importer: Importer | null
  names: FieldNames
}

/** Importers that also read rows whose columns have other names of the fields. */
const aliased: readonly Importer[] = [trlImporter, plainImporter]

/** What an importer gives way to: rows in which other names give a field that it does not read. */
const givesWayTo = new Map<Importer, readonly string[]>([
  [alpacaOutputImporter, ['edited']],
  [completionImporter, ['edited']],
  [instructionPairImporter, ['context']],
])

/**
 * @param columns of the file
 * @param rows its first rows, by column
 * @param mapped the fields that the user named
 */
export function detectReading(
  columns: readonly string[],
  rows: readonly RawObject[],
  mapped: FieldNames,
): Detected {
  const asMapped = rows.map((row) => rename(row, mapped))
  const importer = detectImporter(asMapped)
  const fields = importer === null || aliased.includes(importer) ? null : (givesWayTo.get(importer) ?? [])
  if (fields?.length === 0) return { importer, names: mapped }
  const names = namesByAlias(columns, mapped, asMapped)
  const added = [...names].flatMap(([column, field]) => (mapped.has(column) ? [] : [field]))
  const isWorthIt = fields === null ? added.length > 0 : fields.some((field) => added.includes(field))
  if (!isWorthIt) return { importer, names: mapped }
  const renamed = rows.map((row) => rename(row, names))
  const other = mostRows(aliased, renamed)
  const count = (each: Importer | null, all: readonly RawObject[]) =>
    each === null ? 0 : all.filter(each.recognises).length
  return count(other, renamed) > 0 && count(other, renamed) >= count(importer, asMapped)
    ? { importer: other, names }
    : { importer, names: mapped }
}

/** @returns the importer that recognises most of the rows, or null if none recognises any */
export function detectImporter(rows: readonly RawObject[]): Importer | null {
  return mostRows(importers, rows)
}

function mostRows(candidates: readonly Importer[], rows: readonly RawObject[]): Importer | null {
  let best: Importer | null = null
  let most = 0
  for (const importer of candidates) {
    const count = rows.filter(importer.recognises).length
    if (count > most) {
      best = importer
      most = count
    }
  }
  return best
}
