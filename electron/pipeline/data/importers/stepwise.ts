/** TRL's stepwise supervision, `{ prompt, completions, labels }`: answers in steps, of which the wrong ones are marked. */
import { originOf, toVerdict } from '../answers.ts'
import { has, type Importer, type ParsedRow, type RawObject, RowError } from '../fields.ts'
import { makeItem } from '../item.ts'
import { readRequest } from '../request.ts'

/** Between two steps, as TRL's PRMTrainer joins them by default. */
const separator = '\n'

export const wrongStep = 'wrong step'

export const stepwiseImporter: Importer = {
  name: 'stepwise',
  rows: 'TRL stepwise supervision (prompt, completions, labels)',
  reading:
    'Steps joined by line breaks; wrong steps are error spans. An answer of right steps is a demonstration.',
  recognises: (row) => has(row, 'prompt', 'completions', 'labels') && Array.isArray(row.labels),
  parse,
}

function parse(row: RawObject): ParsedRow {
  const { prompt, context, used } = readRequest(row)
  const { steps, labels } = readSteps(row)
  const text = steps.join(separator)
  const origin = originOf(row, 'stepwise', [...used, 'completions', 'labels'])
  // The steps' borders, which joined texts no longer show.
  const metadata = { ...origin.metadata, steps, step_labels: labels }
  if (!labels.includes(false)) {
    return { item: makeItem({ ...origin, prompt, context, chosen: text, metadata }), annotations: [] }
  }
  let start = 0
  const errorSpans = steps.flatMap((step, index) => {
    const span = { start, end: start + step.length, kind: wrongStep }
    start = span.end + separator.length
    return labels[index] ? [] : [span]
  })
  return {
    item: makeItem({ ...origin, prompt, context, rejected: text, errorSpans, metadata }),
    annotations: [],
  }
}

function readSteps({ completions, labels }: RawObject): { steps: string[]; labels: boolean[] } {
  if (!Array.isArray(completions) || !completions.every((step) => typeof step === 'string')) {
    throw new RowError('"completions" is not a list of texts')
  }
  const verdicts = (labels as unknown[]).map(toVerdict)
  const unclear = verdicts.indexOf(null)
  if (unclear >= 0) throw new RowError(`"labels[${unclear}]" is not true or false`)
  if (completions.length === 0) throw new RowError('"completions" is empty: there is no answer')
  if (verdicts.length !== completions.length) {
    throw new RowError(`it has ${completions.length} steps, but ${verdicts.length} labels`)
  }
  return { steps: completions, labels: verdicts as boolean[] }
}
