/**
 * A model family: everything that is particular to it, in one object. A family's file must not load the tensor
 * library, because the host reads configurations and sizes through it; the forward pass gets the tensor functions as
 * an argument.
 *
 * Dimensions: B batch, T positions, C hidden size, V vocabulary.
 */
import type * as tf from '@tensorflow/tfjs-core'
import type { Gguf } from '../../formats/gguf.ts'
import type { GgufEntries, GgufTensorToWrite } from '../../formats/gguf-writer.ts'
import type { ForwardPass } from '../blocks/forward-pass.ts'
import type * as blocks from '../blocks/index.ts'
import type { ConfigCandidate, Contradiction, TransformerConfig } from '../transformer-config.ts'

/** The functions that forward passes are made of. */
export type Blocks = typeof blocks

export interface Family {
  /** Parameters in the order of the computation, without the output matrix. */
  parameters(config: TransformerConfig): FamilyParameters
  /** The name of the embedding (V, C), which is among the parameters. */
  embedding: string
  /** The name of the output matrix (V, C), which is a parameter unless the embedding is used for it. */
  outputMatrix: string
  /** Begins the names of layer n's parameters. */
  layerPrefix(n: number): string
  linearLayout: LinearLayout
  /** @returns what a config of this family can't be */
  contradictions(config: TransformerConfig): Contradiction[]
  /** @returns (B*T, C): the output of the last layer, after its normalisation */
  hiddenStates(blocks: Blocks, pass: ForwardPass): tf.Tensor
  /** @returns how many numbers the backward pass keeps of one layer, per token of a sequence of this length */
  activationsPerToken(config: TransformerConfig, length: number): number
  huggingFace: HuggingFaceForm
  gguf: GgufForm
}

/** Of the matrices of linear layers: (out, in), as PyTorch's Linear has it, or (in, out), as GPT-2's Conv1D. */
export type LinearLayout = 'out-in' | 'in-out'

export interface FamilyParameters {
  beforeLayers: Parameter[]
  /** The parameters of one layer, without the layer's prefix. */
  layer: Parameter[]
  afterLayers: Parameter[]
}

/** One row for each parameter. */
export interface Parameter {
  /** Its name in Hugging Face's files. */
  name: string
  /** Its name in GGUF files. */
  ggufName: string
  shape: number[]
  role: ParameterRole
  /** Whether its rows are queries or keys that rotary embeddings rotate in pairs. */
  isRotated: boolean
  /** Whether its rows are queries, keys and values of one head after the other; llama.cpp has all queries first. */
  isJoinedByHead?: boolean
}

/**
 * Initial values follow from it, and which parameters get adapters:
 * - `vocabulary` and `positions` are tables of rows;
 * - `linear` and `residual` are matrices of linear layers, the latter writing to the residual stream;
 * - `gain` starts at one, `gain-less-one` and `bias` at zero. llama.cpp's files hold the second with one added.
 */
export type ParameterRole =
  | 'vocabulary'
  | 'positions'
  | 'linear'
  | 'residual'
  | 'gain'
  | 'gain-less-one'
  | 'bias'

export type Json = Readonly<Record<string, unknown>>

/** The family's models in Hugging Face folders. */
export interface HuggingFaceForm {
  /** Values of `model_type` in config.json. */
  architectures: readonly string[]
  /** Begins the names of all parameters but the heads; files of models without a head leave it out. */
  basePrefix: string
  /**
   * Where its classes with a classification head differ from `<Family>For…Classification` with the head `score`, and for
   * which kinds of classifier transformers has no class.
   */
  classification?: { stem?: string; tokenHead?: string; missing?: readonly ('sequence' | 'token')[] }
  /** Names of tables that older files hold although they can be computed. */
  computedTables: RegExp
  /** @throws UserError that names the file and a key that would change what is computed */
  read(config: HuggingFaceConfig): ConfigCandidate
  /** @returns what the reader of a config should know: keys that say something and change nothing */
  notes?(config: HuggingFaceConfig): string[]
  /** @returns the keys of config.json, without those that all families share (`huggingface-config.ts`) */
  write(config: TransformerConfig): Json
}

export interface HuggingFaceConfig {
  json: Json
  /** Path of config.json, for errors. */
  file: string
  architecture: string
}

/** The family's models in GGUF files. */
export interface GgufForm {
  /** Values of `general.architecture`. */
  architectures: readonly string[]
  /** Those of them whose rotated rows llama.cpp's converter has put side by side. */
  interleavedArchitectures: readonly string[]
  /** Tensors that are not parameters. */
  otherTensors: readonly string[]
  read(model: GgufModel): ConfigCandidate
  /**
   * @param config what `read` found, after it has been checked
   * @returns the config, with what only follows from a valid one
   * @throws UserError that names the file and a key or tensor that would change what is computed
   */
  complete(config: TransformerConfig, model: GgufModel): TransformerConfig
  /** @throws UserError if llama.cpp has no way to say what the config says */
  write(config: TransformerConfig): GgufDescription
}

export interface GgufModel {
  file: Gguf
  architecture: string
}

/** What a GGUF file says of a model, beside its parameters, its name and its tokenizer. */
export interface GgufDescription {
  /** One of the form's `architectures`. */
  architecture: string
  /** Keys that begin with the architecture. */
  metadata: GgufEntries
  /** Those of the form's `otherTensors` that this model has. */
  tensors: GgufTensorToWrite[]
}
