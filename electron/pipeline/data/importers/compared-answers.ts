/** Two answers with a verdict under a collection's own names: SafeRLHF, PandaLM and LLMBar. */
import type { JsonObject } from '../../../contract/json.ts'
import { originOf, pairItems, type ScoredAnswer, toNumber } from '../answers.ts'
import { has, type Importer, type Parsed, type RawObject, RowError, readText } from '../fields.ts'
import { readRequest } from '../request.ts'

export const safeRlhfImporter: Importer = {
  name: 'safe-rlhf',
  rows: 'SafeRLHF (prompt, response_0, response_1, better_response_id)',
  reading:
    'The better (more helpful) response is chosen, by better_response_id; which one is safer is kept as metadata.',
  recognises: (row) => has(row, 'prompt', 'response_0', 'response_1'),
  parse: parseSafe,
}

export const pandaLmImporter: Importer = {
  name: 'pandalm',
  rows: 'PandaLM (instruction, input, response1, response2, annotator1)',
  reading: 'The response that most annotators prefer is chosen; their votes are kept as metadata.',
  recognises: (row) => has(row, 'instruction', 'response1', 'response2', 'annotator1'),
  parse: parseVotes,
}

export const llmBarImporter: Importer = {
  name: 'llmbar',
  rows: 'LLMBar (input, output_1, output_2, label)',
  recognises: (row) => has(row, 'input', 'output_1', 'output_2', 'label') && !has(row, 'instruction'),
  parse: parseLabelled,
}

/** Details of a response have its number in their key, as `response_0_source` and `is_response_0_safe`. */
function parseSafe(row: RawObject): Parsed {
  const { prompt, context, used } = readRequest(row)
  const key = has(row, 'better_response_id') ? 'better_response_id' : 'safer_response_id'
  const better = toNumber(row[key])
  if (better !== 0 && better !== 1)
    throw new RowError('neither "better_response_id" nor "safer_response_id" is 0 or 1')
  const answers = [0, 1].map((number): ScoredAnswer => {
    const detail: JsonObject = { response_id: number }
    return { text: readText(row, `response_${number}`), score: number === better ? 1 : 0, detail }
  })
  const origin = originOf(row, 'safe-rlhf', [...used, 'response_0', 'response_1'])
  return pairItems({ ...origin, prompt, context }, answers)
}

function parseVotes(row: RawObject): Parsed {
  const { prompt, context, used } = readRequest(row)
  const voteKeys = Object.keys(row).filter((key) => /^annotator\d+$/.test(key))
  const votes = voteKeys.map((key) => {
    const vote = toNumber(row[key])
    if (vote === 0 || vote === 1 || vote === 2) return vote
    throw new RowError(`"${key}" is ${JSON.stringify(row[key])}, not 0 (tie), 1 or 2`)
  })
  const count = (answer: number) => votes.filter((vote) => vote === answer).length
  const [ties, first, second] = [count(0), count(1), count(2)]
  if (ties >= Math.max(first!, second!) || first === second) {
    throw new RowError(`it is a tie: the votes are ${votes.join(', ')}`)
  }
  const answers = ['response1', 'response2'].map((key, index) => {
    return {
      text: readText(row, key),
      score: index === 0 ? first! : second!,
      detail: { response: index + 1 },
    }
  })
  const origin = originOf(row, 'pandalm', [...used, 'response1', 'response2'])
  return pairItems({ ...origin, prompt, context }, answers)
}

function parseLabelled(row: RawObject): Parsed {
  const { prompt, context, used } = readRequest(row)
  const better = toNumber(row.label)
  if (better !== 1 && better !== 2) throw new RowError(`"label" is ${JSON.stringify(row.label)}, not 1 or 2`)
  const answers = [1, 2].map((number) => {
    return { text: readText(row, `output_${number}`), score: number === better ? 1 : 0, detail: {} }
  })
  const origin = originOf(row, 'llmbar', [...used, 'output_1', 'output_2', 'label'])
  return pairItems({ ...origin, prompt, context }, answers)
}
