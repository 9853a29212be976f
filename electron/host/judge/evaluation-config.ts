/**
 * What an evaluation's record keeps of how it was made. This is the one place that reads records of earlier versions,
 * which had fewer fields: outputs were bare texts, an experiment's seeds were part of a pair's id, and its two sides
 * were only in the evaluation's name.
 */
import { z } from 'zod'
import { canonicalJson, type JsonObject, type JsonValue } from '../../contract/json.ts'
import { AnyJudgeSpec, judgeKindOf } from '../../contract/judge-kinds.ts'
import { JudgePair, Output } from '../../contract/records.ts'
import type { Evaluation } from '../../storage/index.ts'

/** Earlier records do not say whether a text ended with EOS. */
const StoredOutput = z.union([Output, z.string().transform((text): Output => ({ text, ended: true }))])

const StoredPair = JudgePair.extend({
  item: z.string().optional(),
  seed: JudgePair.shape.seed.optional(),
  outputA: StoredOutput,
  outputB: StoredOutput,
}).transform(({ item, seed, ...pair }): JudgePair => {
  const origin = earlierOrigin(pair.id)
  return { ...pair, item: item ?? origin.item, seed: seed === undefined ? origin.seed : seed }
})

/** A kind of judge that this version does not know keeps its name. */
const UnknownJudge = z.looseObject({ kind: z.string() }).transform(({ kind }) => kind)

const StoredConfig = z.object({
  pairs: z.array(StoredPair).default([]),
  /** The evaluation whose pairs a person judges here. */
  of: z.string().nullable().default(null),
  /** An automatic judge, or a person's name. */
  judge: z.union([z.string(), AnyJudgeSpec, UnknownJudge]).nullable().default(null),
  seed: z.int().default(0),
  /** For a blind comparison, the pairs that are shown twice. */
  repeated: z.array(z.string()).default([]),
  /** Whose outputs B and A are; null if these are not two models, as when a judge is checked. */
  candidate: z.string().nullable().optional(),
  reference: z.string().nullable().optional(),
})

export type EvaluationConfig = z.infer<typeof StoredConfig> & {
  candidate: string | null
  reference: string | null
}

/** @param evaluation any but an experiment's, whose configuration is its settings */
export function configOf({ kind, name, config }: Evaluation): EvaluationConfig {
  const { candidate, reference, ...stored } = StoredConfig.parse(config)
  const earlier = kind === 'judge-check' ? null : earlierSides(name)
  return {
    ...stored,
    candidate: candidate === undefined ? (earlier?.candidate ?? null) : candidate,
    reference: reference === undefined ? (earlier?.reference ?? null) : reference,
  }
}

/** A person's name, or the kind of an automatic judge with its main setting. */
export function judgeName({ judge }: Pick<EvaluationConfig, 'judge'>): string | null {
  return typeof judge === 'string' || judge === null ? judge : judgeKindOf(judge).nameOf(judge)
}

/** Whether two configurations are of the same comparison. */
export function isSameConfig(stored: JsonObject, config: JsonObject): boolean {
  const same = (a: JsonObject, b: JsonObject) => canonicalJson(a) === canonicalJson(b)
  return same(stored, config) || (isEarlier(stored) && same(asEarlier(stored), asEarlier(config)))
}

// Records of earlier versions

/** In an experiment's pairs the id was `item/seed`. */
function earlierOrigin(id: string): Pick<JudgePair, 'item' | 'seed'> {
  const [, item = id, seed] = /^([^/]*)\/(\d+)$/.exec(id) ?? []
  return { item, seed: seed === undefined ? null : Number(seed) }
}

/** Both sides from the evaluation's name; null if it does not name two. */
function earlierSides(name: string): { candidate: string; reference: string } | null {
  const [candidate, reference] = name.split(' against ')
  return candidate && reference ? { candidate, reference } : null
}

function isEarlier({ pairs }: JsonObject): boolean {
  return Array.isArray(pairs) && pairs.some((pair) => typeof objectOf(pair).outputA === 'string')
}

/** The configuration with those fields only that earlier versions recorded of every evaluation. */
function asEarlier({
  candidate: _candidate,
  reference: _reference,
  pairs,
  ...config
}: JsonObject): JsonObject {
  const textOf = (output: JsonValue | undefined) =>
    typeof output === 'string' ? output : (objectOf(output).text ?? null)
  const earlierPairs = (Array.isArray(pairs) ? pairs : []).map(objectOf).map((pair) => {
    const { item: _item, seed: _seed, outputA, outputB, ...rest } = pair
    return { ...rest, outputA: textOf(outputA), outputB: textOf(outputB) }
  })
  return { ...config, pairs: earlierPairs }
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}
