/**
 * The frequencies of rotary position embeddings (Su et al. 2021), plain and stretched for long contexts in the ways of
 * transformers' `modeling_rope_utils.py`: linear, dynamic, YaRN, LongRoPE and Llama 3's.
 */
import type { RopeScaling, TransformerConfig } from './transformer-config.ts'

/** How queries and keys are rotated. */
export interface Rotary {
  /** Radians per position, one for each rotated pair. */
  frequencies: Float32Array
  /** What rotated numbers are multiplied by. */
  factor: number
  /** Other frequencies, for all positions of sequences that are longer than `length` tokens. */
  beyond: { length: number; frequencies: Float32Array } | null
}

/** The settings that the rotation follows from. */
export type RotarySettings = Pick<
  TransformerConfig,
  'headDim' | 'partialRotary' | 'ropeTheta' | 'ropeScaling' | 'maxPositions'
>

export function rotaryOf(settings: RotarySettings): Rotary {
  const { ropeScaling: scaling } = settings
  const plain = plainFrequencies(settings)
  if (scaling === null) return { frequencies: Float32Array.from(plain), factor: 1, beyond: null }
  return stretched(plain, scaling, settings)
}

/**
 * What `rotaryOf` gives to sequences of any length.
 * @returns R/2 frequencies in radians per position
 */
export function rotaryFrequencies(settings: RotarySettings): Float32Array {
  return rotaryOf(settings).frequencies
}

/**
 * The longest sequence before all its positions get other frequencies, or null if they never do. What is cached of a
 * sequence that grows past it is no longer right.
 */
export function rotarySwitch({
  ropeScaling: scaling,
  maxPositions,
}: Pick<RotarySettings, 'ropeScaling' | 'maxPositions'>): number | null {
  if (scaling?.type !== 'longrope') return null
  return scaling.originalMaxPositions < maxPositions ? scaling.originalMaxPositions : null
}

type RotatedSettings = Pick<RotarySettings, 'headDim' | 'partialRotary'>

/** How many numbers of each head are rotated; if it is odd, one more is. */
export function rotatedSize({ headDim, partialRotary }: RotatedSettings): number {
  return Math.trunc(headDim * partialRotary)
}

export function rotatedPairs(settings: RotatedSettings): number {
  return Math.ceil(rotatedSize(settings) / 2)
}

function plainFrequencies(settings: RotarySettings): number[] {
  const { ropeTheta } = settings
  const size = rotatedSize(settings)
  return Array.from({ length: rotatedPairs(settings) }, (_, i) => ropeTheta ** ((-2 * i) / size))
}

type ScalingOf<Type extends RopeScaling['type']> = Extract<RopeScaling, { type: Type }>

/** One row per kind of stretching. */
const stretchings: {
  [Type in RopeScaling['type']]: (
    plain: readonly number[],
    scaling: ScalingOf<Type>,
    settings: RotarySettings,
  ) => { frequencies: number[]; factor?: number; beyond?: { length: number; frequencies: number[] } }
} = {
  linear: (plain, { factor }) => ({ frequencies: plain.map((frequency) => frequency / factor) }),
  // Stretches only sequences that are longer than `maxPositions`, which are refused.
  dynamic: (plain) => ({ frequencies: [...plain] }),
  llama3: (plain, scaling) => ({
    frequencies: plain.map((frequency) => llama3Frequency(frequency, scaling)),
  }),
  yarn: (plain, scaling, settings) => ({
    frequencies: yarnFrequencies(plain, scaling, settings),
    factor: scaling.attentionFactor ?? yarnFactor(scaling),
  }),
  longrope: (plain, scaling, settings) => ({
    frequencies: plain.map((frequency, i) => frequency / scaling.shortFactors[i]!),
    factor: scaling.attentionFactor ?? longropeFactor(scaling, settings),
    beyond: {
      length: scaling.originalMaxPositions,
      frequencies: plain.map((frequency, i) => frequency / scaling.longFactors[i]!),
    },
  }),
}

function stretched<Type extends RopeScaling['type']>(
  plain: readonly number[],
  scaling: ScalingOf<Type>,
  settings: RotarySettings,
): Rotary {
  const type: Type = scaling.type
  const { frequencies, factor = 1, beyond } = stretchings[type](plain, scaling, settings)
  return {
    frequencies: Float32Array.from(frequencies),
    factor,
    beyond: beyond ? { length: beyond.length, frequencies: Float32Array.from(beyond.frequencies) } : null,
  }
}

/** Frequencies that turn less than `lowFreqFactor` times within the original context are divided by `factor`. */
function llama3Frequency(
  frequency: number,
  { factor, lowFreqFactor, highFreqFactor, originalMaxPositions }: ScalingOf<'llama3'>,
): number {
  const turns = (originalMaxPositions * frequency) / (2 * Math.PI)
  const share = Math.min(1, Math.max(0, (turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor)))
  return frequency * (share + (1 - share) / factor)
}

/** Peng et al. 2023, section 3.2: pairs below `low` stay, pairs above `high` are divided by the factor. */
function yarnFrequencies(
  plain: readonly number[],
  { factor, originalMaxPositions, betaFast, betaSlow, truncate }: ScalingOf<'yarn'>,
  settings: RotarySettings,
): number[] {
  const size = rotatedSize(settings)
  const pairWithTurns = (turns: number) =>
    (size * Math.log(originalMaxPositions / (turns * 2 * Math.PI))) / (2 * Math.log(settings.ropeTheta))
  const [first, last] = [pairWithTurns(betaFast), pairWithTurns(betaSlow)]
  const low = Math.max(truncate ? Math.floor(first) : first, 0)
  const high = Math.min(truncate ? Math.ceil(last) : last, size - 1)
  const width = low === high ? 0.001 : high - low
  return plain.map((frequency, i) => {
    const share = Math.min(1, Math.max(0, (i - low) / width))
    return (share * frequency) / factor + (1 - share) * frequency
  })
}

/** Peng et al. 2023, section 3.4; with `mscale` as DeepSeek has it. */
function yarnFactor({ factor, mscale, mscaleAllDim }: ScalingOf<'yarn'>): number {
  const scaleOf = (weight: number) => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1)
  return mscale && mscaleAllDim ? scaleOf(mscale) / scaleOf(mscaleAllDim) : scaleOf(1)
}

/** Ding et al. 2024, as in Phi-3. */
function longropeFactor(
  { factor, originalMaxPositions }: ScalingOf<'longrope'>,
  { maxPositions }: RotarySettings,
): number {
  const ratio = factor ?? maxPositions / originalMaxPositions
  return ratio <= 1 ? 1 : Math.sqrt(1 + Math.log(ratio) / Math.log(originalMaxPositions))
}
