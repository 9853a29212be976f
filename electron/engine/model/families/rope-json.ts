/**
 * Rotary settings in config.json: transformers 5 keeps everything in `rope_parameters`, 4 in `rope_theta` and
 * `rope_scaling`. A kind or a key that transformers' `modeling_rope_utils.py` does not know is refused.
 */
import { z } from 'zod'
import { UserError } from '../../../contract/errors.ts'
import type { RopeScaling } from '../transformer-config.ts'
import type { HuggingFaceConfig, Json } from './family.ts'
import { defaultRopeTheta } from './huggingface.ts'

type ScalingType = RopeScaling['type']
type ScalingOf<Type extends ScalingType> = Extract<RopeScaling, { type: Type }>

/** The keys of `rope_parameters`; each kind reads some of them. */
const knownKeys = new Set([
  'rope_type',
  'type',
  'rope_theta',
  'partial_rotary_factor',
  'factor',
  'original_max_position_embeddings',
  'attention_factor',
  'beta_fast',
  'beta_slow',
  'mscale',
  'mscale_all_dim',
  'truncate',
  'short_factor',
  'long_factor',
  'low_freq_factor',
  'high_freq_factor',
  'finetuned', // only a remark
])

const positive = z.number().positive()
const optional = z
  .number()
  .nullish()
  .transform((value) => value ?? null)
const length = z.int().positive()
const factors = z.array(positive)

/** One row per kind. `original` and `max_position_embeddings` are the lengths that the configuration gives. */
const forms: {
  [Type in ScalingType]: {
    read: z.ZodType<Omit<ScalingOf<Type>, 'type'>>
    write(scaling: ScalingOf<Type>): Json
  }
} = {
  linear: {
    read: z.object({ factor: positive }),
    write: ({ factor }) => ({ factor }),
  },
  dynamic: {
    read: z.object({ factor: positive }),
    write: ({ factor }) => ({ factor }),
  },
  llama3: {
    read: z
      .object({
        factor: positive,
        low_freq_factor: positive,
        high_freq_factor: positive,
        original_max_position_embeddings: length,
      })
      .transform((json) => ({
        factor: json.factor,
        lowFreqFactor: json.low_freq_factor,
        highFreqFactor: json.high_freq_factor,
        originalMaxPositions: json.original_max_position_embeddings,
      })),
    write: (scaling) => ({
      factor: scaling.factor,
      low_freq_factor: scaling.lowFreqFactor,
      high_freq_factor: scaling.highFreqFactor,
      original_max_position_embeddings: scaling.originalMaxPositions,
    }),
  },
  yarn: {
    read: z
      .object({
        factor: positive.nullable(),
        original_max_position_embeddings: length,
        max_position_embeddings: length,
        attention_factor: positive.nullish(),
        beta_fast: z.number().nullish(),
        beta_slow: z.number().nullish(),
        mscale: optional,
        mscale_all_dim: optional,
        truncate: z.boolean().default(true),
      })
      .transform((json) => ({
        factor: json.factor ?? json.max_position_embeddings / json.original_max_position_embeddings,
        originalMaxPositions: json.original_max_position_embeddings,
        attentionFactor: json.attention_factor ?? null,
        betaFast: json.beta_fast || 32,
        betaSlow: json.beta_slow || 1,
        mscale: json.mscale,
        mscaleAllDim: json.mscale_all_dim,
        truncate: json.truncate,
      })),
    write: (scaling) => ({
      factor: scaling.factor,
      original_max_position_embeddings: scaling.originalMaxPositions,
      beta_fast: scaling.betaFast,
      beta_slow: scaling.betaSlow,
      truncate: scaling.truncate,
      ...ifGiven({
        attention_factor: scaling.attentionFactor,
        mscale: scaling.mscale,
        mscale_all_dim: scaling.mscaleAllDim,
      }),
    }),
  },
  longrope: {
    read: z
      .object({
        factor: positive.nullish(),
        attention_factor: positive.nullish(),
        short_factor: factors,
        long_factor: factors,
        original_max_position_embeddings: length,
      })
      .transform((json) => ({
        factor: json.factor ?? null,
        attentionFactor: json.attention_factor ?? null,
        shortFactors: json.short_factor,
        longFactors: json.long_factor,
        originalMaxPositions: json.original_max_position_embeddings,
      })),
    write: (scaling) => ({
      short_factor: scaling.shortFactors,
      long_factor: scaling.longFactors,
      original_max_position_embeddings: scaling.originalMaxPositions,
      ...ifGiven({ factor: scaling.factor, attention_factor: scaling.attentionFactor }),
    }),
  },
}

const scalingTypes = Object.keys(forms) as ScalingType[]

function ifGiven(values: Record<string, number | null>): Json {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
}

/** What a family's models may say. */
interface RopeForm {
  /** Kinds that its code in transformers computes; the others are refused. */
  supported?: readonly ScalingType[]
  /** Other names of kinds. */
  aliases?: Readonly<Record<string, ScalingType>>
}

/**
 * For families that rotate whole heads.
 * @throws UserError that names the file and a key of another kind of rotation
 */
export function ropeSettings(source: HuggingFaceConfig): {
  ropeTheta: unknown
  ropeScaling: RopeScaling | null
} {
  const { partialRotary, ...settings } = partialRopeSettings(source)
  if (partialRotary === 1) return settings
  const { key, parameters } = ropeParameters(source.json, source.file)
  const isInside = parameters.partial_rotary_factor !== undefined
  throw unsupported(source.file, `${isInside ? `${key}.` : ''}partial_rotary_factor`, partialRotary)
}

/**
 * For families that rotate the first numbers of each head.
 * @throws as `ropeSettings`
 */
export function partialRopeSettings(source: HuggingFaceConfig, form: RopeForm = {}) {
  const { json, file } = source
  const { key, parameters } = ropeParameters(json, file)
  const unknown = Object.keys(parameters).find((name) => !knownKeys.has(name) && parameters[name] !== null)
  if (unknown !== undefined) throw unsupported(file, `${key}.${unknown}`, parameters[unknown])
  return {
    ropeTheta: parameters.rope_theta ?? json.rope_theta ?? defaultRopeTheta,
    ropeScaling: scalingOf(source, form),
    partialRotary: parameters.partial_rotary_factor ?? json.partial_rotary_factor ?? 1,
  }
}

function scalingOf(
  { json, file }: HuggingFaceConfig,
  { supported = scalingTypes, aliases = {} }: RopeForm,
): RopeScaling | null {
  const { key, parameters } = ropeParameters(json, file)
  const name = parameters.rope_type ?? parameters.type ?? 'default'
  if (name === 'default') return null
  const type = supported.find(
    (type) => type === (Object.hasOwn(aliases, String(name)) ? aliases[String(name)] : name),
  )
  if (type === undefined) {
    const kinds = ['default', ...supported].join(', ')
    throw unsupported(file, `${key}.rope_type`, name, ` Supported kinds: ${kinds}.`)
  }
  const lengths = {
    original_max_position_embeddings:
      json.original_max_position_embeddings ??
      parameters.original_max_position_embeddings ??
      json.max_position_embeddings,
    max_position_embeddings: json.max_position_embeddings,
  }
  const parsed = forms[type].read.safeParse({ ...parameters, ...lengths })
  if (parsed.success) return { type, ...parsed.data } as RopeScaling
  const { path, message } = parsed.error.issues[0]!
  throw new UserError('bad_input', `${file}: the key "${[key, ...path].join('.')}" is wrong: ${message}.`)
}

/** As in transformers, a `rope_scaling` that holds something comes first. */
function ropeParameters(json: Json, file: string): { key: string; parameters: Json } {
  for (const key of ['rope_scaling', 'rope_parameters']) {
    const parsed = z.looseObject({}).nullish().safeParse(json[key])
    if (!parsed.success) throw new UserError('bad_input', `${file}: the key "${key}" is not an object.`)
    if (parsed.data && Object.keys(parsed.data).length > 0) return { key, parameters: parsed.data }
  }
  return { key: 'rope_parameters', parameters: {} }
}

function unsupported(file: string, key: string, value: unknown, advice = ''): UserError {
  const text = JSON.stringify(value).slice(0, 80)
  return new UserError('bad_input', `${file}: the key "${key}" is ${text}, which is not supported.${advice}`)
}

/** `rope_scaling` of config.json, in the form that transformers 4 and 5 read. */
export function ropeScalingJson(scaling: RopeScaling | null): Json | null {
  return scaling === null ? null : { rope_type: scaling.type, ...written(scaling) }
}

function written<Type extends ScalingType>(scaling: ScalingOf<Type>): Json {
  const type: Type = scaling.type
  return forms[type].write(scaling)
}
