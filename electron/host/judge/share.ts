/** Writes an evaluation as one HTML file to give away. */
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import { outcomeOf } from '../../pipeline/judge/agreement.ts'
import { subsetCaution } from '../../pipeline/judge/subsets.ts'
import { verdicts } from '../../pipeline/judge/verdicts.ts'
import { type Db, type Evaluation, listJudgements } from '../../storage/index.ts'
import { evaluationHtml, type SharedPair } from '../report/evaluation-page.ts'
import { configOf } from './evaluation-config.ts'
import { agreementsOf, recordOf } from './evaluation-records.ts'
import { roundOf } from './round.ts'
import { evaluationSubsets } from './subsets.ts'

/** Pairs of each outcome that the file shows. */
const examples = 5

/** @param folder of the project, which names it @throws UserError if the evaluation has no result yet */
export function shareOf(db: Db, evaluation: Evaluation, folder: string): { name: string; html: string } {
  const { summary, ...record } = recordOf(db, evaluation)
  if (summary === null) {
    const message = `${record.name} has no result yet: ${record.judged} of ${record.pairs} pairs are judged. Finish it first.`
    throw new UserError('bad_input', message)
  }
  const subsets = evaluationSubsets(db, evaluation)
  const html = evaluationHtml({
    project: path.basename(folder).replace(/\.stet$/, ''),
    record: { ...record, summary },
    round: roundOf(db, evaluation),
    subsets,
    caution: subsets.length === 0 ? '' : subsetCaution(subsets),
    agreement: agreementsOf(db, evaluation),
    pairs: examplesOf(db, evaluation),
  })
  return { name: `${fileName(record.name)}.html`, html }
}

/** The first pairs of each outcome: not chosen by what they show. */
function examplesOf(db: Db, evaluation: Evaluation): SharedPair[] {
  const preferences = new Map(
    verdicts(listJudgements(db, evaluation.id)).map(({ pairId, preference }) => [pairId, preference]),
  )
  const all = configOf(evaluation).pairs.flatMap(
    ({ id, prompt, context, outputA, outputB }): SharedPair[] => {
      const preference = preferences.get(id)
      if (preference === undefined) return []
      const asked = [prompt.at(-1)?.content ?? '', context].filter((text) => text !== '').join('\n\n')
      const texts = { outputA: outputA.text, outputB: outputB.text }
      return [{ outcome: outcomeOf(preference), prompt: asked, ...texts }]
    },
  )
  const first = (outcome: SharedPair['outcome']) =>
    all.filter((pair) => pair.outcome === outcome).slice(0, examples)
  return [...first('win'), ...first('tie'), ...first('loss')]
}

function fileName(name: string): string {
  return name.replace(/[^\p{L}\p{N}.-]+/gu, '-').replace(/^[.-]+|[.-]+$/g, '') || 'evaluation'
}
