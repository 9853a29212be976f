/**
 * Rotary settings in a GGUF file, as llama.cpp has them: in its metadata (`rope.*`), and as tensors for what Llama 3 and
 * LongRoPE divide each frequency by. Sources: llama.cpp's `llama-model.cpp` and convert_hf_to_gguf.py.
 */
import { UserError } from '../../../contract/errors.ts'
import type { Gguf } from '../../formats/gguf.ts'
import type { GgufEntries, GgufTensorToWrite } from '../../formats/gguf-writer.ts'
import { rotaryFrequencies, rotaryOf, rotatedSize } from '../rotary-frequencies.ts'
import { type RopeScaling, refuseOtherValues, type TransformerConfig } from '../transformer-config.ts'
import type { GgufModel } from './family.ts'
import { shortest } from './gguf.ts'

/** What each rotary frequency is divided by, as Llama 3 does. */
export const llama3Tensor = 'rope_freqs.weight'

/** What each rotary frequency is divided by in short and in long texts. */
export const longropeTensors = ['rope_factors_short.weight', 'rope_factors_long.weight'] as const

/**
 * The config with the scaling and, if heads may be rotated in part, the share that the file gives.
 * @param config checked
 * @throws UserError that names the file and a key that would change what is computed
 */
export function withGgufRope(
  config: TransformerConfig,
  model: GgufModel,
  { isPartial }: { isPartial: boolean },
): TransformerConfig {
  const ropeScaling = scalingOf(config, model)
  if (isPartial) return { ...config, ropeScaling, partialRotary: partialOf(config, model) }
  refuseOthers(model, { 'rope.dimension_count': config.headDim })
  return { ...config, ropeScaling }
}

function refuseOthers({ file, architecture }: GgufModel, required: Record<string, unknown>): void {
  const read = (key: string) => file.metadata.get(`${architecture}.${key}`)
  const named = Object.entries(required).map(([key, value]) => [`${architecture}.${key}`, value])
  refuseOtherValues(file.path, (key) => read(key.slice(architecture.length + 1)), Object.fromEntries(named))
}

function partialOf({ headDim }: TransformerConfig, { file, architecture }: GgufModel): number {
  const key = `${architecture}.rope.dimension_count`
  const count = file.metadata.get(key) ?? headDim
  if (typeof count === 'number' && count > 0 && count <= headDim) return shareOf(count, headDim)
  throw new UserError('bad_input', `${file.path}: the key "${key}" is ${count}, not 1 to ${headDim}.`)
}

/** A share of which the whole part is `count` again. */
function shareOf(count: number, size: number): number {
  const share = count / size
  return Math.trunc(share * size) === count ? share : (count + 1e-6) / size
}

/** Numbers of the file by their key without the architecture and `rope.scaling.`. */
type Numbers = (key: string, otherwise: number) => number

function scalingOf(config: TransformerConfig, model: GgufModel): RopeScaling | null {
  const { file, architecture } = model
  const prefix = `${architecture}.rope.scaling.`
  refuseOthers(model, {
    'rope.scale_linear': 1,
    'rope.scaling.alpha': 0,
    'rope.scaling.yarn_log_multiplier': 0,
  })
  const numbers: Numbers = (key, otherwise) => {
    const value = file.metadata.get(prefix + key) ?? otherwise
    if (typeof value === 'number' && value > 0) return value
    throw new UserError(
      'bad_input',
      `${file.path}: the key "${prefix}${key}" is ${value}, not a positive number.`,
    )
  }
  if (file.tensors.has(llama3Tensor)) return llama3(config, file)
  if (longropeTensors.some((name) => file.tensors.has(name))) return longrope(config, file, numbers)
  // As in llama.cpp, a factor without a type is linear.
  const type = file.metadata.get(`${prefix}type`) ?? 'linear'
  if (type === 'none') return null
  if (type === 'linear') {
    const factor = numbers('factor', 1)
    return factor === 1 ? null : { type, factor }
  }
  if (type === 'yarn') return yarn(config, model, numbers)
  throw new UserError(
    'bad_input',
    `${file.path}: the key "${prefix}type" is ${JSON.stringify(type)}, which is not supported for ${architecture}.`,
  )
}

/** What `convert_hf_to_gguf.py` writes for the models of the Llama 3.1, 3.2 and 3.3 series. */
const llama3Series = { lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositions: 8192 }

/** The largest divisor is the factor; the rest must be those of the Llama 3 series. */
function llama3(config: TransformerConfig, file: Gguf): RopeScaling | null {
  const divisors = file.readTensor(llama3Tensor)
  const factor = divisors.reduce((a, b) => Math.max(a, b), 1)
  const ropeScaling = factor === 1 ? null : ({ type: 'llama3', factor, ...llama3Series } as const)
  const [plain, slowed] = [null, ropeScaling].map((scaling) =>
    rotaryFrequencies({ ...config, ropeScaling: scaling }),
  ) as [Float32Array, Float32Array]
  const same = divisors.every((divisor, i) => Math.abs((divisor * slowed[i]!) / plain[i]! - 1) < 1e-4)
  if (same && divisors.length === plain.length) return ropeScaling
  const message = `${file.path}: ${llama3Tensor} stretches the rotary frequencies in another way than Llama 3 does, which is not supported.`
  throw new UserError('bad_input', message)
}

function longrope(config: TransformerConfig, file: Gguf, numbers: Numbers): RopeScaling {
  const missing = longropeTensors.find((name) => !file.tensors.has(name))
  if (missing)
    throw new UserError('bad_input', `${file.path} lacks ${missing}, the other half of its rotary factors.`)
  const [short, long] = longropeTensors.map((name) => Array.from(file.readTensor(name), shortest))
  const scaling = {
    type: 'longrope',
    factor: null,
    attentionFactor: null,
    shortFactors: short!,
    longFactors: long!,
    originalMaxPositions: numbers('original_context_length', config.maxPositions),
  } as const
  // A file always states the factor on attention; config.json, only if it is not the usual one.
  const attention = numbers('attn_factor', 1)
  const usual = rotaryOf({ ...config, ropeScaling: scaling }).factor
  return Math.abs(attention / usual - 1) < 1e-6
    ? scaling
    : { ...scaling, attentionFactor: shortest(attention) }
}

const usualBetas = { fast: 32, slow: 1 }

/** llama.cpp multiplies `attn_factor` with YaRN's own 1 + 0.1 ln(factor). */
function yarn({ maxPositions }: TransformerConfig, model: GgufModel, numbers: Numbers): RopeScaling {
  refuseOthers(model, { 'rope.scaling.yarn_ext_factor': 1, 'rope.scaling.yarn_attn_factor': 1 })
  const factor = shortest(numbers('factor', 1))
  const attention = shortest(numbers('attn_factor', 1))
  return {
    type: 'yarn',
    factor,
    originalMaxPositions: numbers('original_context_length', maxPositions),
    attentionFactor: attention === 1 ? null : attention * (1 + 0.1 * Math.log(factor)),
    betaFast: shortest(numbers('yarn_beta_fast', usualBetas.fast)),
    betaSlow: shortest(numbers('yarn_beta_slow', usualBetas.slow)),
    mscale: null,
    mscaleAllDim: null,
    truncate: true,
  }
}

type ScalingOf<Type extends RopeScaling['type']> = Extract<RopeScaling, { type: Type }>

interface RopeForm {
  /** By their keys without the architecture and `rope.scaling.`. */
  scaling?: GgufEntries
  tensors?: GgufTensorToWrite[]
}

/** One row per kind of stretching. */
const written: {
  [Type in RopeScaling['type']]: (scaling: ScalingOf<Type>, config: TransformerConfig) => RopeForm
} = {
  linear: ({ factor }) => ({ scaling: { type: { type: 'string', value: 'linear' }, factor: real(factor) } }),
  // llama.cpp does not have it, and it changes nothing within the model's context.
  dynamic: () => ({}),
  llama3: (_, config) => {
    const [plain, slowed] = [rotaryFrequencies({ ...config, ropeScaling: null }), rotaryFrequencies(config)]
    return {
      tensors: [
        divisors(
          llama3Tensor,
          plain.map((frequency, i) => frequency / slowed[i]!),
        ),
      ],
    }
  },
  yarn: (scaling, config) => {
    if (!scaling.truncate) throw notInLlamaCpp('yarn without truncation')
    // Its files have keys for these, which it reads for other architectures only.
    if (scaling.betaFast !== usualBetas.fast || scaling.betaSlow !== usualBetas.slow)
      throw notInLlamaCpp(`yarn with beta_fast ${scaling.betaFast} and beta_slow ${scaling.betaSlow}`)
    return {
      scaling: {
        type: { type: 'string', value: 'yarn' },
        factor: real(scaling.factor),
        original_context_length: { type: 'uint32', value: scaling.originalMaxPositions },
        attn_factor: real(rotaryOf(config).factor / (1 + 0.1 * Math.log(scaling.factor))),
      },
    }
  },
  longrope: (scaling, config) => ({
    scaling: {
      type: { type: 'string', value: 'longrope' },
      original_context_length: { type: 'uint32', value: scaling.originalMaxPositions },
      attn_factor: real(rotaryOf(config).factor),
    },
    tensors: [
      divisors(longropeTensors[0], Float32Array.from(scaling.shortFactors)),
      divisors(longropeTensors[1], Float32Array.from(scaling.longFactors)),
    ],
  }),
}

const real = (value: number) => ({ type: 'float32', value }) as const

function divisors(name: string, values: Float32Array): GgufTensorToWrite {
  return { name, shape: [values.length], type: 'F32', data: () => values }
}

/**
 * What a file says of the rotation.
 * @param supported kinds of stretching that llama.cpp computes for this architecture
 * @throws UserError if it has no way to say what the config says
 */
export function ggufRope(
  architecture: string,
  config: TransformerConfig,
  supported: readonly RopeScaling['type'][],
): { metadata: GgufEntries; tensors: GgufTensorToWrite[] } {
  const { ropeScaling, ropeTheta } = config
  const { scaling = {}, tensors = [] } = ropeScaling === null ? {} : form(ropeScaling, config, supported)
  const named = Object.entries(scaling).map(([key, entry]) => [`${architecture}.rope.scaling.${key}`, entry])
  return {
    metadata: {
      [`${architecture}.rope.dimension_count`]: { type: 'uint32', value: rotatedSize(config) },
      [`${architecture}.rope.freq_base`]: real(ropeTheta),
      ...Object.fromEntries(named),
    },
    tensors,
  }
}

function form<Type extends RopeScaling['type']>(
  scaling: ScalingOf<Type>,
  config: TransformerConfig,
  supported: readonly RopeScaling['type'][],
): RopeForm {
  const type: Type = scaling.type
  if (supported.includes(type)) return written[type](scaling, config)
  throw notInLlamaCpp(type)
}

function notInLlamaCpp(kind: string): UserError {
  return new UserError(
    'bad_input',
    `llama.cpp has no rotary scaling of the kind ${kind} for this model. Export it as a Hugging Face folder instead.`,
  )
}
