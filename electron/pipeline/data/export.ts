/** The exporters, one per format: JSONL files for other programs and for Stet itself. */
import type { ExportFormat } from '../../contract/data.ts'
import type { Exporter } from './exporters/exporter.ts'
import { stetExporter } from './exporters/stet.ts'
import { tokensExporter } from './exporters/tokens.ts'
import { trlExporter } from './exporters/trl.ts'

export const exporters: Record<ExportFormat, Exporter> = {
  stet: stetExporter,
  trl: trlExporter,
  tokens: tokensExporter,
}
