/** The importers, and which of them reads a file, by the keys of its first rows. */
import type { Importer, RawObject } from './fields.ts'
import { alpacaOutputImporter } from './importers/alpaca-output.ts'
import { fineGrainedImporter } from './importers/fine-grained.ts'
import { hhImporter } from './importers/hh-rlhf.ts'
import { plainImporter } from './importers/plain.ts'
import { alpacaPreferenceImporter, pairImporter } from './importers/preference.ts'
import { seedTaskImporter } from './importers/seed-tasks.ts'
import { stetImporter } from './importers/stet.ts'
import { trlImporter } from './importers/trl.ts'

/** The more specific importer first: of two that recognise equally many rows the first is used. */
export const importers: readonly Importer[] = [
  stetImporter,
  fineGrainedImporter,
  pairImporter,
  alpacaPreferenceImporter,
  seedTaskImporter,
  alpacaOutputImporter,
  hhImporter,
  trlImporter,
  plainImporter,
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
