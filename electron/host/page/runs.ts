/** The page's runs: declared in the contract, not built yet. */
import { notBuilt, type PageContext } from './context.ts'

export function runHandlers({ os }: PageContext) {
  return {
    list: os.runs.list.handler(() => {
      throw notBuilt()
    }),
    series: os.runs.series.handler(() => {
      throw notBuilt()
    }),
    samples: os.runs.samples.handler(() => {
      throw notBuilt()
    }),
    checkpoints: os.runs.checkpoints.handler(() => {
      throw notBuilt()
    }),
  }
}
