/** Which evaluations a person asks for: every candidate against the reference by every judge, and what is still missing. */

export interface EvaluationPlan {
  reference: string
  candidates: readonly string[]
  /** In their written form. */
  judges: readonly string[]
  /** Whose held-out prompts are judged on; empty for all. */
  datasets: readonly string[]
  /** Null while the field is empty; so are the others. */
  prompts: number | null
  temperature: number | null
  seed: number | null
}

export const blankPlan: EvaluationPlan = {
  reference: '',
  candidates: [],
  judges: [],
  datasets: [],
  prompts: 128,
  temperature: 1,
  seed: 0,
}

/** One sentence for each thing that is missing; empty if the evaluations can start. */
export function missingFrom({ reference, candidates, judges, ...numbers }: EvaluationPlan): string[] {
  const { prompts, temperature, seed } = numbers
  const isSame = candidates.length > 0 && candidates.includes(reference.trim())
  return [
    ...(reference.trim() === '' ? ['Choose the reference: what the candidates are compared with.'] : []),
    ...(candidates.length === 0 ? ['Choose at least one candidate.'] : []),
    ...(isSame
      ? [`${reference.trim()} is the reference, so it cannot be a candidate too. Remove one of them.`]
      : []),
    ...(judges.length === 0 ? ['Choose at least one judge.'] : []),
    ...(prompts === null ? ['Say how many prompts to judge on.'] : []),
    ...(temperature === null ? ['Give a temperature: 1 samples as the model was trained.'] : []),
    ...(seed === null ? ['Give a seed: any whole number.'] : []),
  ]
}

/** What will be done. */
export function planSentence({ reference, candidates, judges, prompts }: EvaluationPlan): string {
  const count = candidates.length * judges.length
  const who = candidates.length === 1 ? candidates[0] : `${candidates.length} candidates`
  const judged = judges.length === 1 ? 'one judge' : `${judges.length} judges`
  const total = count > 1 ? `: ${count} evaluations` : ''
  return `Compares ${who} with ${reference.trim()} on up to ${prompts} prompts, by ${judged}${total}.`
}

/** The input of the verb, of one evaluation after the other: those of one judge together. */
export function evaluationInputs({ reference, candidates, judges, ...rest }: EvaluationPlan) {
  return judges.flatMap((judge) =>
    candidates.map((candidate) => ({
      reference: reference.trim(),
      candidate,
      judge,
      ...rest,
    })),
  )
}
