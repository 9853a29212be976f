/** The jobs that generate responses and that score responses with a reward model. */

import type { Hooks } from '../../contract/events.ts'
import type { InferenceJob, JobResults } from '../../contract/jobs.ts'
import type { Item } from '../../contract/records.ts'
import { Generator } from '../../engine/generation/generate.ts'
import { disposeModel } from '../../engine/model/model.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { encodePlainPrompt, encodeQuery, encodeResponse } from '../../engine/tokenizer/query.ts'
import { opensThinking, responseText } from '../../engine/tokenizer/thinking.ts'
import { bucketLength, chunksOf, commonLengths } from '../../engine/training/batch.ts'
import { fitsContext } from '../../engine/training/examples.ts'
import { yieldToEventLoop } from '../../engine/training/pauses.ts'
import { emitNotes, openModel } from './open-model.ts'
import { openRewardModel, scorerOf } from './reward-card.ts'

type JobOf<Kind extends InferenceJob['kind']> = Extract<InferenceJob, { kind: Kind }>

export async function runGenerate(
  job: JobOf<'generate'>,
  { emit, signal }: Hooks,
): Promise<JobResults['generate']> {
  const opened = openModel({ path: job.model }, 'language', { variables: job.templateVariables })
  const { model, tokenizer } = opened
  emitNotes(opened, { emit })
  const generator = new Generator(model)
  const queries = job.prompts.map((prompt) => encodePrompt(tokenizer, prompt, job.maxQueryTokens))
  const batchSize = Math.min(job.batchSize, queries.length)
  const longest = Math.max(...queries.map((q) => q.ids.length))
  const queryLength = bucketLength(longest)
  const maxNewTokens = job.fitsContext
    ? roomFor(job.maxNewTokens, { longest, maxPositions: model.config.maxPositions }, emit)
    : job.maxNewTokens
  const rows: JobResults['generate']['rows'] = []
  const answered = job.answered ?? 0
  try {
    for (const batch of chunksOf(queries.slice(answered), batchSize)) {
      signal.throwIfAborted()
      const filled = [...batch, ...Array.from({ length: batchSize - batch.length }, () => batch[0]!)]
      const textOf = (query: readonly number[], response: readonly number[]) =>
        responseText(tokenizer, response, {
          isOpen: opensThinking(tokenizer.decode(query)),
          keepThinking: job.keepThinking,
        })
      const stream = textStream(
        (ids) => textOf(batch[0]!.ids, ids),
        (text) => emit({ type: 'token', text }),
      )
      const generated = generator.generate(
        filled.map((query) => query.ids),
        {
          ...job,
          maxNewTokens,
          eosIds: model.config.eosIds,
          padId: tokenizer.padId,
          stream: 'generate',
          firstRow: answered + rows.length,
          queryLength: Math.min(queryLength, model.config.maxPositions - maxNewTokens),
        },
        queries.length === 1 ? ([token]) => stream(token ?? null) : undefined,
      )
      const sampled = generated.slice(0, batch.length).map(({ response, ended }, i) => ({
        text: textOf(batch[i]!.ids, response),
        ids: response,
        ended,
      }))
      rows.push(...sampled)
      if (job.reportsRows) emit({ type: 'responses', rows: sampled })
      emit({
        type: 'progress',
        phase: 'generate',
        done: answered + rows.length,
        total: queries.length,
      })
      await yieldToEventLoop()
    }
    return { rows, cut: queries.filter((query) => query.cut).length }
  } finally {
    generator.dispose()
    disposeModel(model)
  }
}

/** How many tokens of a response fit; without any room the generator refuses the prompt. */
function roomFor(
  wanted: number,
  { longest, maxPositions }: { longest: number; maxPositions: number },
  emit: Hooks['emit'],
): number {
  const room = maxPositions - longest
  if (room >= wanted || room < 1) return wanted
  const sentence = `The model's context of ${maxPositions} tokens leaves room for ${room} new ones, not ${wanted}.`
  emit({ type: 'note', sentence })
  return room
}

function encodePrompt(
  tokenizer: Tokenizer,
  prompt: string | Pick<Item, 'prompt' | 'context'>,
  maxTokens: number,
): { ids: number[]; cut: boolean } {
  if (typeof prompt !== 'string') return encodeQuery(tokenizer, prompt, maxTokens)
  const ids = encodePlainPrompt(tokenizer, prompt)
  return { ids: ids.slice(-maxTokens), cut: ids.length > maxTokens }
}

/** Emits whole characters as tokens arrive; a character may take several tokens. */
function textStream(
  textOf: (ids: readonly number[]) => string,
  emit: (text: string) => void,
): (token: number | null) => void {
  const ids: number[] = []
  let emitted = 0
  return (token) => {
    if (token === null) return
    ids.push(token)
    const text = textOf(ids)
    if (text.endsWith('\uFFFD')) return
    emit(text.slice(emitted))
    emitted = text.length
  }
}

/** A row that is too long for the model gets no score, and does not keep the others from theirs. */
export async function runScore(job: JobOf<'score'>, { emit, signal }: Hooks): Promise<JobResults['score']> {
  const reward = openRewardModel(job.rewardModel)
  const { model, tokenizer } = reward
  const scorer = scorerOf(reward)
  const rows: JobResults['score']['rows'] = job.rows.map(() => null)
  try {
    const responses = job.rows.map((row, index) => ({
      index,
      query: encodeQuery(tokenizer, row, job.maxQueryTokens).ids,
      response: encodeResponse(tokenizer, row.response),
    }))
    const fitting = responses.filter((response) => fitsContext(response, model.config))
    const lengths = commonLengths(fitting)
    const batchSize = Math.min(job.batchSize, fitting.length)
    let done = responses.length - fitting.length
    for (const batch of batchSize === 0 ? [] : chunksOf(fitting, batchSize)) {
      signal.throwIfAborted()
      for (const [i, rewards] of scorer.tokenRewards(batch, batchSize, lengths).entries()) {
        const { index, response } = batch[i]!
        const tokens = Array.from(rewards, (each, t) => ({
          text: tokenizer.pieceOf(response[t]!),
          reward: each,
        }))
        rows[index] = { score: scorer.sequenceScore(rewards), tokens }
      }
      done += batch.length
      emit({ type: 'progress', phase: 'score', done, total: responses.length })
      await yieldToEventLoop()
    }
    return { scheme: scorer.scheme, rows }
  } finally {
    scorer.dispose()
    disposeModel(model)
  }
}
