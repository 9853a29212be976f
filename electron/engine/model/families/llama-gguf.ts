/** What Llama and the families that came after it keep alike in a GGUF file, read and written. */
import { UserError } from '../../../contract/errors.ts'
import {
  type RopeScaling,
  refuseOtherValues,
  type TransformerConfig,
  usualSettings,
} from '../transformer-config.ts'
import type { GgufDescription, GgufForm, GgufModel, Json } from './family.ts'
import { ggufEntries, ggufKeys, ggufSettings, requiredGgufValues } from './gguf.ts'
import { ggufRope, llama3Tensor, withGgufRope } from './rope-gguf.ts'

const normEps = 'attention.layer_norm_rms_epsilon'

export interface LlamaGguf {
  architectures: readonly string[]
  interleavedArchitectures: readonly string[]
  /** Which architecture a config is written as. */
  architectureOf(config: TransformerConfig): string
  /** The kinds of stretched rotation that llama.cpp computes for it; linear, dynamic and yarn if omitted. */
  scalings?: readonly RopeScaling['type'][]
  /** Settings that are not those of a plain Llama. */
  read?(model: GgufModel): Json
  /** Keys that change what is computed, beside those of all architectures, with the value that leaves it alone. */
  required?(architecture: string, config: TransformerConfig): Json
  /**
   * Metadata beside that of a plain Llama.
   * @throws UserError if llama.cpp has no way to say what the config says
   */
  write?(architecture: string, config: TransformerConfig): GgufDescription['metadata']
}

export function llamaGguf(form: LlamaGguf): GgufForm {
  const { architectures, interleavedArchitectures } = form
  return {
    architectures,
    interleavedArchitectures,
    otherTensors: [llama3Tensor],
    read: (model) => ({
      values: { ...plainValues(model), ...form.read?.(model) },
      keys: ggufKeys(model.architecture, normEps),
    }),
    complete: (config, model) => {
      const { file, architecture } = model
      const required = {
        ...requiredGgufValues(architecture, config),
        ...form.required?.(architecture, config),
      }
      refuseOtherValues(file.path, (key) => file.metadata.get(key), required)
      return withGgufRope(config, model, { isPartial: false })
    },
    write: (config) => {
      const architecture = form.architectureOf(config)
      const description = writePlain(form, architecture, config)
      const metadata = { ...description.metadata, ...form.write?.(architecture, config) }
      return { ...description, metadata }
    },
  }
}

/** @throws UserError that says which of the conditions on a config does not hold */
export function refuseUnwritable(
  architecture: string,
  conditions: readonly (readonly [boolean, string])[],
): void {
  const broken = conditions.find(([holds]) => !holds)
  if (!broken) return
  const message = `This model cannot be written as GGUF: llama.cpp's ${architecture} has no way to say ${broken[1]}. Export a Hugging Face folder.`
  throw new UserError('bad_input', message)
}

/** Metadata of an architecture whose layers all see everything before a token: none. */
export function withoutWindow(
  architecture: string,
  { localLayers }: TransformerConfig,
): GgufDescription['metadata'] {
  refuseUnwritable(architecture, [[localLayers.length === 0, 'that layers see a sliding window']])
  return {}
}

function plainValues(model: GgufModel): Record<keyof TransformerConfig, unknown> {
  const { tensors } = model.file
  return {
    ...usualSettings,
    ...ggufSettings(model, ggufKeys(model.architecture, normEps)),
    ropeScaling: null,
    attentionBias: tensors.has('blk.0.attn_q.bias'),
    attentionOutBias: tensors.has('blk.0.attn_output.bias'),
    mlpBias: tensors.has('blk.0.ffn_up.bias'),
    activation: 'silu',
  }
}

/** What every architecture of this kind has. */
function writePlain(form: LlamaGguf, architecture: string, config: TransformerConfig): GgufDescription {
  const rope = ggufRope(architecture, config, form.scalings ?? ['linear', 'dynamic', 'yarn'])
  return {
    architecture,
    metadata: { ...ggufEntries(architecture, normEps, config), ...rope.metadata },
    tensors: rope.tensors,
  }
}
