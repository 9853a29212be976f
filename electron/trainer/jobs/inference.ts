/** The jobs that generate responses and that score responses with a reward model. */

import type { Hooks } from '../../contract/events.ts'
import type { InferenceJob, JobResults } from '../../contract/jobs.ts'
import type { Item } from '../../contract/records.ts'
import { Generator } from '../../engine/generation/generate.ts'
import { disposeModel } from '../../engine/model/model.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { encodeQuery, encodeResponse } from '../../engine/tokenizer/query.ts'
import { bucketLength, chunksOf, commonLengths } from '../../engine/training/batch.ts'
import { checkContext } from '../../engine/training/examples.ts'
import { yieldToEventLoop } from '../../engine/training/run.ts'
import { RewardScorer } from '../../pipeline/reward/model.ts'
import { openModel } from './open-model.ts'
import { openRewardModel } from './reward-card.ts'

type JobOf<Kind extends InferenceJob['kind']> = Extract<InferenceJob, { kind: Kind }>

export async function runGenerate(
  job: JobOf<'generate'>,
  { emit, signal }: Hooks,
): Promise<JobResults['generate']> {
  const { model, tokenizer } = openModel({ path: job.model })
  const generator = new Generator(model)
  const queries = job.prompts.map((prompt) => encodePrompt(tokenizer, prompt, job.maxQueryTokens))
  const batchSize = Math.min(job.batchSize, queries.length)
  const queryLength = bucketLength(Math.max(...queries.map((q) => q.ids.length)))
  const rows: JobResults['generate']['rows'] = []
  try {
    for (const batch of chunksOf(queries, batchSize)) {
      signal.throwIfAborted()
      const filled = [...batch, ...Array.from({ length: batchSize - batch.length }, () => batch[0]!)]
      const stream = textStream(tokenizer, (text) => emit({ type: 'token', text }))
      const generated = generator.generate(
        filled.map((query) => query.ids),
        {
          ...job,
          eosIds: model.config.eosIds,
          padId: tokenizer.padId,
          stream: 'generate',
          firstRow: rows.length,
          queryLength: Math.min(queryLength, model.config.maxPositions - job.maxNewTokens),
        },
        queries.length === 1 ? ([token]) => stream(token ?? null) : undefined,
      )
      for (const { response, ended } of generated.slice(0, batch.length))
        rows.push({ text: tokenizer.decode(response, { skipSpecial: true }), ids: response, ended })
      emit({ type: 'progress', phase: 'generate', done: rows.length, total: queries.length })
      await yieldToEventLoop()
    }
    return { rows, cut: queries.filter((query) => query.cut).length }
  } finally {
    generator.dispose()
    disposeModel(model)
  }
}

function encodePrompt(
  tokenizer: Tokenizer,
  prompt: string | Pick<Item, 'prompt' | 'context'>,
  maxTokens: number,
): { ids: number[]; cut: boolean } {
  if (typeof prompt !== 'string') return encodeQuery(tokenizer, prompt, maxTokens)
  const ids = [...(tokenizer.bosId === null ? [] : [tokenizer.bosId]), ...tokenizer.encode(prompt)]
  return { ids: ids.slice(-maxTokens), cut: ids.length > maxTokens }
}

/** Emits whole characters as tokens arrive; a character may take several tokens. */
function textStream(tokenizer: Tokenizer, emit: (text: string) => void): (token: number | null) => void {
  const ids: number[] = []
  let emitted = 0
  return (token) => {
    if (token === null) return
    ids.push(token)
    const text = tokenizer.decode(ids, { skipSpecial: true })
    if (text.endsWith('\uFFFD')) return
    emit(text.slice(emitted))
    emitted = text.length
  }
}

export async function runScore(job: JobOf<'score'>, { emit, signal }: Hooks): Promise<JobResults['score']> {
  const { model, tokenizer, card } = openRewardModel(job.rewardModel)
  const { scheme } = card
  const scorer = new RewardScorer(model, scheme, tokenizer.padId)
  try {
    const responses = job.rows.map((row, i) => {
      const query = encodeQuery(tokenizer, row, job.maxQueryTokens).ids
      const response = encodeResponse(tokenizer, row.response)
      checkContext(`Row ${i + 1}`, query.length, response.length, model.config)
      return { query, response }
    })
    const lengths = commonLengths(responses)
    const batchSize = Math.min(job.batchSize, responses.length)
    const rewards: Float32Array[] = []
    for (const batch of chunksOf(responses, batchSize)) {
      signal.throwIfAborted()
      rewards.push(...scorer.tokenRewards(batch, batchSize, lengths))
      emit({ type: 'progress', phase: 'score', done: rewards.length, total: responses.length })
      await yieldToEventLoop()
    }
    const textOf = (i: number, t: number) => tokenizer.pieceOf(responses[i]!.response[t]!)
    return {
      scheme,
      rows: rewards.map((row, i) => ({
        score: scorer.sequenceScore(row),
        tokens: Array.from(row, (reward, t) => ({ text: textOf(i, t), reward })),
      })),
    }
  } finally {
    scorer.dispose()
    disposeModel(model)
  }
}
