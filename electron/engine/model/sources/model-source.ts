/**
 * Opens a model's files: a Hugging Face folder, a GGUF file, or an adapter with its base. A model that opens is complete: every parameter of the
 * configuration is there in its shape, there are none that the configuration does not explain, and the tokenizer's
 * ids fit the embedding.
 */
import { statSync } from 'node:fs'
import { UserError } from '../../../contract/errors.ts'
import { type GgufMetadata, openGguf } from '../../formats/gguf.ts'
import type { PackedContent } from '../../runtime/packed-matrix.ts'
import { linearLayers, type ModelConfig, parametersOf } from '../config.ts'
import { families } from '../families/index.ts'
import { isAdapterFolder, openAdapter } from './adapter-source.ts'
import { hubAdvice } from './base-name.ts'
import type { Classification } from './classification.ts'
import { configFromGguf } from './gguf-config.ts'
import { ggufParameter, readGgufParameter, readPackedParameter } from './gguf-parameters.ts'
import { openHuggingFace } from './huggingface-folder.ts'
import { checkParameters, checkVocabulary } from './source-checks.ts'

export interface ModelSource {
  readonly kind: 'huggingface' | 'gguf'
  readonly path: string
  readonly config: ModelConfig
  /** What its class says about its score head; null for a language model, and for a GGUF file. */
  readonly classification: Classification | null
  readonly parameters: SourceParameters
  /** Sentences about what was unusual in the files and how it was taken. */
  readonly notes: readonly string[]
  readonly tokenizerSource: TokenizerSource
}

export interface SourceParameters {
  /** By Hugging Face name, in the order of the computation; with `score.weight` (1, C) if the source has one. */
  readonly shapes: ReadonlyMap<string, readonly number[]>
  /** Values, row-major, read from disk at every call. */
  read(name: string): Float32Array
  /** A linear layer's matrix in 8 bits, if the source has it so that every value follows exactly; null if not. */
  readPacked?(name: string): PackedContent | null
}

export type TokenizerSource =
  | { readonly kind: 'huggingface'; readonly folder: string }
  | { readonly kind: 'gguf'; readonly file: string; readonly metadata: GgufMetadata }

/** @throws UserError that names the file, and the key or parameter if there is one */
export function openModelSource(path: string): ModelSource {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) {
    const advice = hubAdvice(path)
    const message = `There is no model at ${path}: no such file or folder.${advice ? ` ${advice}` : ''}`
    throw new UserError('not_found', message)
  }
  if (stat.isDirectory() && isAdapterFolder(path)) return openAdapter(path, openModelSource)
  if (stat.isDirectory()) {
    const tokenizerSource = { kind: 'huggingface', folder: path } as const
    return { kind: 'huggingface', path, tokenizerSource, ...openHuggingFace(path) }
  }
  if (!path.endsWith('.gguf')) {
    const message = `${path} is not a model. Give a .gguf file, or the folder that holds config.json and the weights.`
    throw new UserError('bad_input', message)
  }
  return openGgufModel(path)
}

function openGgufModel(path: string): ModelSource {
  const gguf = openGguf(path)
  const config = configFromGguf(gguf)
  const architecture = gguf.metadata.get('general.architecture')
  const family = families[config.family]
  const parameters = parametersOf(config)
  const located = new Map(
    parameters.map((parameter) => [parameter.name, ggufParameter(family, parameter, architecture)]),
  )
  checkParameters({
    expected: parameters.map(({ name, role }) => ({
      name: located.get(name)!.name,
      shape: located.get(name)!.shape,
      isVocabulary: role === 'vocabulary',
    })),
    present: new Map([...gguf.tensors].map(([name, { shape }]) => [name, shape])),
    isIgnored: (name) => family.gguf.otherTensors.includes(name),
    weights: path,
    configuration: 'its metadata',
  })
  const tokens = gguf.metadata.get('tokenizer.ggml.tokens')
  if (Array.isArray(tokens)) checkVocabulary(tokens.length, config, path, path)
  const linear = new Set([...linearLayers(config).keys()].map((layer) => `${layer}.weight`))
  return {
    kind: 'gguf',
    path,
    config,
    classification: null,
    notes: [],
    parameters: {
      shapes: new Map(parameters.map(({ name, shape }) => [name, shape])),
      read: (name) => readGgufParameter(gguf, located.get(name)!, config),
      readPacked: (name) => (linear.has(name) ? readPackedParameter(gguf, located.get(name)!, config) : null),
    },
    tokenizerSource: { kind: 'gguf', file: path, metadata: gguf.metadata },
  }
}
