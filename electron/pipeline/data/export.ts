/** The exporters, one per format: JSONL and Parquet files for other programs and for Stet itself. */
import type { ExportFormat } from '../../contract/data.ts'
import { completionExporter, ktoExporter, sftExporter } from './exporters/demonstrations.ts'
import type { Exporter } from './exporters/exporter.ts'
import { stepwiseExporter } from './exporters/stepwise.ts'
import { stetExporter } from './exporters/stet.ts'
import { tokenIdsExporter, wordsExporter } from './exporters/token-classification.ts'
import { tokensExporter } from './exporters/tokens.ts'
import { trlExporter } from './exporters/trl.ts'

export const exporters: Record<ExportFormat, Exporter> = {
  stet: stetExporter,
  trl: trlExporter,
  sft: sftExporter,
  'prompt-completion': completionExporter,
  kto: ktoExporter,
  stepwise: stepwiseExporter,
  words: wordsExporter,
  'token-ids': tokenIdsExporter,
  tokens: tokensExporter,
}
