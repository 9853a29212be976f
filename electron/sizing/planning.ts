/** Measures the texts of a run before it starts, by their tokenizer, without keeping the host from its other work. */
import { setImmediate } from 'node:timers/promises'
import { UserError } from '../contract/errors.ts'
import type { RunInputRow } from '../contract/records.ts'
import type { ModelRef } from '../contract/run-kinds/common.ts'
import { scoreHead } from '../engine/model/config.ts'
import { presetConfig } from '../engine/model/presets.ts'
import { openModelSource } from '../engine/model/sources/model-source.ts'
import { byteLevelTokenizer, openTokenizer, type Tokenizer } from '../engine/tokenizer/index.ts'
import { bucketLength, chunksOf, type QueryResponse } from '../engine/training/batch.ts'
import type { SizedModel } from './counts.ts'

export interface PlannedModel {
  model: SizedModel
  tokenizer: Tokenizer
}

/** Reads a model's configuration and tokenizer, not its weights. @throws UserError if it can't be read */
export function openPlanned(ref: ModelRef): PlannedModel {
  if ('path' in ref) {
    const { config, parameters, tokenizerSource } = openModelSource(ref.path)
    const model = { config, hasHead: parameters.shapes.has(scoreHead) }
    return { model, tokenizer: openTokenizer(tokenizerSource) }
  }
  const tokenizer = byteLevelTokenizer(ref.words)
  return { model: { config: presetConfig(ref.preset, tokenizer), hasHead: false }, tokenizer }
}

/** The host answers other requests after this many rows. */
const rowsAtATime = 32

/** If there are more than twice this many rows, this many evenly spaced ones and the longest ones are measured. */
const sampledRows = 1000

interface RowSample {
  /** Evenly spaced, for counts. */
  even: readonly RunInputRow[]
  /** Those and the longest, for lengths. */
  all: RunInputRow[]
}

function sampleRows(rows: readonly RunInputRow[]): RowSample {
  if (rows.length <= 2 * sampledRows) return { even: rows, all: [...rows] }
  const even = Array.from(
    { length: sampledRows },
    (_, i) => rows[Math.floor((i * rows.length) / sampledRows)]!,
  )
  const longest = [...rows].sort((a, b) => charactersOf(b) - charactersOf(a)).slice(0, sampledRows)
  return { even, all: [...even, ...longest] }
}

function charactersOf({ item, edited }: RunInputRow): number {
  const prompt = item.prompt.reduce((sum, { content }) => sum + content.length, item.context.length)
  return prompt + [item.chosen, item.rejected, edited].reduce((sum, text) => sum + (text?.length ?? 0), 0)
}

/** Calls `measure` with a sample of the rows, a few at a time. */
export async function forSampledRows(
  rows: readonly RunInputRow[],
  measure: (part: RunInputRow[]) => void,
): Promise<void> {
  for (const part of chunksOf(sampleRows(rows).all, rowsAtATime)) {
    measure(part)
    await setImmediate()
  }
}

/**
 * @returns examples of each split, and the lengths that all are padded to
 * @throws UserError if no training example fits the settings
 */
export async function measureExamples<T>(
  rows: readonly RunInputRow[],
  make: (part: RunInputRow[]) => { train: T[]; heldout: T[] },
  responsesOf: (example: T) => QueryResponse[],
) {
  const { even, all } = sampleRows(rows)
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
