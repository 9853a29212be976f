/** What drafts and hints that were shown by chance have changed in the effort of finished items. */
import { type Effort, effortMeasures, type HelpEffect, helps } from '../../contract/annotate.ts'
import { compareGroups } from '../../pipeline/annotate/trial.ts'
import { type Db, getTrial } from '../../storage/index.ts'
import { effortOf } from './effort.ts'

export async function helpEffects(db: Db): Promise<HelpEffect[]> {
  const { seed } = getTrial(db)
  const finished = (await effortOf(db)).filter(({ state }) => state === 'done')
  return helps.flatMap((help) => {
    const drawn = finished.filter(({ shown }) => shown[help] !== undefined)
    if (drawn.length === 0) return []
    return effortMeasures.map((measure) => {
      const valuesOf = (isShown: boolean) =>
        drawn.flatMap((effort: Effort) => (effort.shown[help] === isShown ? (effort[measure] ?? []) : []))
      const key = { seed, stream: `trial/effect/${help}/${measure}` }
      return { help, measure, ...compareGroups(valuesOf(true), valuesOf(false), key) }
    })
  })
}
