/** The importers, and which of them reads a file, by the keys of its first rows. */
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
  trlImporter,
  instructionPairImporter,
  completionImporter,
  plainImporter,
  dialogueImporter,
]

/** @returns the importer that recognises most of the rows, or null if none recognises any */
export function detectImporter(rows: RawObject[]): Importer | null {
  let best: Importer | null = null
  let most = 0
  for (const importer of importers) {
    const count = rows.filter(importer.recognises).length
    if (count > most) {
      best = importer
      most = count
    }
  }
  return best
}
