/**
 * What the host and the trainer process say to each other while a model is served. The host speaks with clients and
 * knows text; the trainer knows token ids. Each piece of work is a row with a number that the host gives it.
 */
import { z } from 'zod'
import { RewardScheme } from './run-kinds/reward.ts'

const row = z.int().nonnegative()
const ids = z.array(z.int().nonnegative()).min(1)

/** The most likely tokens of a position that a client may ask for. */
export const maxTopLogprobs = 20
const top = z.int().min(0).max(maxTopLogprobs)

export const ServeAsk = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('generate'),
    row,
    ids,
    maxNewTokens: z.int().positive(),
    temperature: z.number().nonnegative(),
    topK: z.int().nonnegative(),
    topP: z.number().positive().max(1),
    seed: z.int().nonnegative(),
    /** Number of this row among those of its seed: each draws its own random numbers. */
    draw: z.int().nonnegative(),
    /** How many of the most likely tokens to report; null reports no log-probability at all. */
    logprobs: top.nullable(),
  }),
  /** Log-probabilities of given tokens, each after those before it. */
  z.strictObject({ type: z.literal('score'), row, ids, top }),
  /** The reward at each token, of a reward model. */
  z.strictObject({ type: z.literal('reward'), row, ids }),
  /** The client has left: the row is not wanted any more. */
  z.strictObject({ type: z.literal('drop'), row }),
])
export type ServeAsk = z.infer<typeof ServeAsk>
export type AskOf<Type extends ServeAsk['type']> = Extract<ServeAsk, { type: Type }>

/** Token ids with their log-probabilities, the most likely first. */
const Alternatives = z.array(z.tuple([z.int().nonnegative(), z.number()]))
export type Alternatives = z.infer<typeof Alternatives>

/** What a model is, for those who ask it. */
export const ServedModel = z.object({
  /** Null for a language model. */
  scheme: RewardScheme.nullable(),
  /** Tokens of a prompt and its response together. */
  maxPositions: z.int().positive(),
  vocabSize: z.int().positive(),
})
export type ServedModel = z.infer<typeof ServedModel>

export const ServeReply = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), model: ServedModel }),
  /** One more token of a row; `logprob` is null if none was asked for. */
  z.object({
    type: z.literal('token'),
    row,
    id: z.int().nonnegative(),
    logprob: z.number().nullable(),
    top: Alternatives,
  }),
  /** The row is complete: `stop` after an end token, which is not among its tokens. */
  z.object({ type: z.literal('ended'), row, reason: z.enum(['stop', 'length']) }),
  /** Of every token but the first, which has none before it. */
  z.object({
    type: z.literal('scored'),
    row,
    logprobs: z.array(z.number()),
    tops: z.array(Alternatives),
  }),
  z.object({ type: z.literal('rewarded'), row, rewards: z.array(z.number()) }),
  /** The row cannot be computed; the sentence is for its client. */
  z.object({ type: z.literal('refused'), row, sentence: z.string() }),
])
export type ServeReply = z.infer<typeof ServeReply>
