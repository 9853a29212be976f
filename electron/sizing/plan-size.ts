/** How large a planned run is: its models' configurations, and the lengths of its texts by their tokenizer. */
import { setImmediate } from 'node:timers/promises'
import { UserError } from '../contract/errors.ts'
import type { ModelRef, PlannedJob } from '../contract/jobs.ts'
import type { RunInputRow } from '../contract/records.ts'
import { scoreHead } from '../engine/model/config.ts'
import { presetConfig } from '../engine/model/presets.ts'
import { openModelSource } from '../engine/model/sources/model-source.ts'
import { byteLevelTokenizer, openTokenizer, type Tokenizer } from '../engine/tokenizer/index.ts'
import { bucketLength, chunksOf, type QueryResponse } from '../engine/training/batch.ts'
import { dpoPairs } from '../pipeline/dpo/examples.ts'
import { labelPair } from '../pipeline/label/labels.ts'
import { longestQuery, promptsOf } from '../pipeline/ppo/examples.ts'
import { rewardPairs } from '../pipeline/reward/examples.ts'
import { demonstrations } from '../pipeline/sft/examples.ts'
import type { RunSize, SizedModel } from './run-size.ts'

interface Opened {
  model: SizedModel
  tokenizer: Tokenizer
}

/** @throws UserError where a model can't be read, or no example fits the settings */
export async function planSize(job: PlannedJob, rows: readonly RunInputRow[]): Promise<RunSize> {
  if (job.kind === 'ppo') return ppoSize(job, rows)
  const { model, tokenizer } = openRef(job.kind === 'dpo' ? { path: job.policy } : job.model)
  const { maxPositions } = model.config
  switch (job.kind) {
    case 'sft': {
      const make = (part: RunInputRow[]) => demonstrations(part, tokenizer, { ...job.config, maxPositions })
      return { kind: 'sft', config: job.config, model, ...(await lengthsOf(rows, make, (row) => [row])) }
    }
    case 'reward': {
      const make = (part: RunInputRow[]) =>
        rewardPairs(part, tokenizer, { ...job.config, maxPositions }, labelPair)
      const sizes = await lengthsOf(rows, make, ({ worse, better }) => [worse, better])
      return { kind: 'reward', config: job.config, model, ...sizes }
    }
    case 'dpo': {
      const make = (part: RunInputRow[]) => dpoPairs(part, tokenizer, { ...job.config, maxPositions })
      const train = rows.filter(({ split }) => split === 'train')
      const sizes = await lengthsOf(train, make, ({ worse, better }) => [worse, better])
      return { kind: 'dpo', config: job.config, model, ...sizes }
    }
  }
}

async function ppoSize(
  { policy, rewardModel, judge, config }: Extract<PlannedJob, { kind: 'ppo' }>,
  rows: readonly RunInputRow[],
): Promise<RunSize> {
  const { model, tokenizer } = openRef({ path: policy })
  let longest = 0
  let heldout = 0
  for (const part of chunksOf(lookedAt(rows).all, rowsAtATime)) {
    const prompts = promptsOf(part, tokenizer, config.maxQueryTokens)
    longest = Math.max(longest, longestQuery([...prompts.train, ...prompts.heldout]))
    heldout += prompts.heldout.length
    await setImmediate()
  }
  const judged = judge === null ? 0 : heldout
  return {
    ...{ kind: 'ppo', config, policy: model, longestQuery: longest, judged },
    rewardModel: openRef({ path: rewardModel }).model,
  }
}

function openRef(ref: ModelRef): Opened {
  if ('path' in ref) {
    const { config, parameters, tokenizerSource } = openModelSource(ref.path)
    const model = { config, hasHead: parameters.shapes.has(scoreHead) }
    return { model, tokenizer: openTokenizer(tokenizerSource) }
  }
  const tokenizer = byteLevelTokenizer(ref.words)
  return { model: { config: presetConfig(ref.preset, tokenizer), hasHead: false }, tokenizer }
}

/** The host answers others between so many. */
const rowsAtATime = 32

/** Of more rows than twice this, as many evenly spaced ones and the longest are looked at. */
const rowsOfEachSort = 1000

function lookedAt(rows: readonly RunInputRow[]): { even: readonly RunInputRow[]; all: RunInputRow[] } {
  if (rows.length <= 2 * rowsOfEachSort) return { even: rows, all: [...rows] }
  const even = Array.from(
    { length: rowsOfEachSort },
    (_, i) => rows[Math.floor((i * rows.length) / rowsOfEachSort)]!,
  )
  const longest = [...rows].sort((a, b) => charactersOf(b) - charactersOf(a)).slice(0, rowsOfEachSort)
  return { even, all: [...even, ...longest] }
}

function charactersOf({ item, edited }: RunInputRow): number {
  const prompt = item.prompt.reduce((sum, { content }) => sum + content.length, item.context.length)
  return prompt + [item.chosen, item.rejected, edited].reduce((sum, text) => sum + (text?.length ?? 0), 0)
}

/** @returns examples of each split, and the lengths that all are padded to */
async function lengthsOf<T>(
  rows: readonly RunInputRow[],
  make: (part: RunInputRow[]) => { train: T[]; heldout: T[] },
  responsesOf: (example: T) => QueryResponse[],
) {
  const { even, all } = lookedAt(rows)
  const counts = { train: 0, heldout: 0 }
  const longest = { query: 1, response: 1 }
  for (const [i, part] of chunksOf(all, rowsAtATime).entries()) {
    const { train, heldout } = make(part)
    if (i * rowsAtATime < even.length) {
      counts.train += train.length
      counts.heldout += heldout.length
    }
    for (const { query, response } of [...train, ...heldout].flatMap(responsesOf)) {
      longest.query = Math.max(longest.query, query.length)
      longest.response = Math.max(longest.response, response.length)
    }
    await setImmediate()
  }
  if (counts.train === 0)
    throw new UserError(
      'bad_input',
      'No example fits these settings. Raise maxResponseTokens, or edit more responses.',
    )
  const share = rows.length / even.length
  return {
    train: Math.round(share * counts.train),
    heldout: Math.round(share * counts.heldout),
    queryLength: bucketLength(longest.query),
    responseLength: bucketLength(longest.response),
  }
}
