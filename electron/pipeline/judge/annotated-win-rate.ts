/** Win rates from AlpacaEval's annotation rows: raw, and length-controlled if that can be known. */
import type { AlpacaEvalAnnotation, WinRateResult } from '../../contract/alpaca-eval.ts'
import { UserError } from '../../contract/errors.ts'
import type { Difficulty } from './annotations.ts'
import { lengthControl } from './length-control.ts'
import { matchDifficulties } from './match-difficulties.ts'
import { styleControl } from './style-control.ts'
import { type LengthRow, lengthOf, winRate } from './win-rate.ts'

function toLengthRow(row: AlpacaEvalAnnotation): LengthRow {
  const preference = row.preference == null ? null : row.preference === 0 ? 0.5 : row.preference - 1
  return { preference, referenceLength: lengthOf(row.output_1), modelLength: lengthOf(row.output_2) }
}

function assertOneModel(rows: readonly AlpacaEvalAnnotation[]): void {
  const models = new Set(rows.flatMap((row) => row.generator_2 ?? []))
  if (models.size > 1) {
    throw new UserError(
      'bad_input',
      `The rows judge ${models.size} models (${[...models].slice(0, 3).join(', ')}, …). Pass the rows of one model at a time.`,
    )
  }
}

/**
 * Raw and length-controlled win rate of `output_2` over `output_1`. As in AlpacaEval, a preference of 0 is a tie, and
 * rows without a preference are left out; a note says how many.
 *
 * @param difficulties AlpacaEval's instruction difficulties; rows without one are left out of the length-controlled rate
 */
export function winRateFromAnnotations(
  rows: readonly AlpacaEvalAnnotation[],
  difficulties?: readonly Difficulty[],
): WinRateResult {
  assertOneModel(rows)
  const matched = difficulties && matchDifficulties(rows, difficulties)
  const lengthRows = rows.map(toLengthRow)
  const preferences = lengthRows.flatMap((row) => row.preference ?? [])
  if (preferences.length === 0)
    throw new UserError('bad_input', 'No row has a preference, so there is nothing to compute.')
  const unjudged = rows.length - preferences.length
  const difficulty = matched?.values.filter((value) => value !== null)
  const controlledRows = matched ? lengthRows.filter((_, i) => matched.values[i] !== null) : lengthRows
  if (!controlledRows.some(({ preference }) => preference !== null))
    throw new UserError('bad_input', 'No row with a preference has a difficulty. Check the column "index".')
  const unmatched = rows.length - controlledRows.length
  const { rate, sentence } = lengthControl(controlledRows, difficulty)
  const style = styleControl(
    rows.flatMap(({ output_1, output_2 }, i) => {
      const { preference } = lengthRows[i]!
      return preference === null ? [] : [{ preference, reference: output_1, candidate: output_2 }]
    }),
  )
  return {
    ...winRate(preferences),
    lengthControlledWinRate: rate,
    styleControlledWinRate: style.rate,
    n: preferences.length,
    notes: [
      ...(sentence === null ? [] : [sentence]),
      ...(style.sentence === null ? [] : [style.sentence]),
      ...(matched?.note ? [matched.note] : []),
      ...(unmatched > 0
        ? [
            `${unmatched} of ${rows.length} rows have no difficulty and were left out of the length-controlled rate.`,
          ]
        : []),
      ...(difficulty
        ? []
        : [
            'The length-controlled rate was fitted without instruction difficulties; published rates use them and may differ by a few points.',
          ]),
      ...(unjudged > 0 ? [`${unjudged} of ${rows.length} rows have no preference and were left out.`] : []),
    ],
  }
}
