/**
 * An adapter as PEFT saves it, opened as the model that it makes of its base: each weight is read with what the
 * adapter adds to it, W + s B A, so the base and the adapter stay as they are on disk. What PEFT would compute
 * differently is refused.
 */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../../contract/errors.ts'
import { openSafetensors, type Safetensors, shapeText } from '../../formats/safetensors.ts'
import { linearLayers, linearSize, type ModelConfig, scoreHead } from '../config.ts'
import { families } from '../families/index.ts'
import { adapterNames } from '../weights.ts'
import { type AdapterConfig, adapterConfigFile, readAdapterConfig, unsupported } from './adapter-config.ts'
import { cachedSnapshot, hubAdvice } from './base-name.ts'
import { type Classification, classifierHead } from './classification.ts'
import { readJson } from './json-file.ts'
import type { ModelSource } from './model-source.ts'
import { checkTokenizer } from './source-checks.ts'

const weightsFile = 'adapter_model.safetensors'
const prefix = 'base_model.model.'

/** Whether a folder holds an adapter and no model. */
export function isAdapterFolder(folder: string): boolean {
  const modelFiles = ['model.safetensors', 'model.safetensors.index.json']
  return (
    existsSync(path.join(folder, adapterConfigFile)) &&
    !modelFiles.some((name) => existsSync(path.join(folder, name)))
  )
}

/**
 * @param openBase opens a model that is not an adapter
 * @throws UserError that names the file, and the key or tensor
 */
export function openAdapter(folder: string, openBase: (file: string) => ModelSource): ModelSource {
  const file = path.join(folder, adapterConfigFile)
  const adapter = readAdapterConfig(readJson(file), file)
  const weights = openSafetensors(weightsIn(folder))
  const base = openBase(baseOf(adapter, folder))
  const changes = changesOf(adapter, weights, base)
  const classification = adapter.classification ?? (changes.head ? null : base.classification)
  const shapes = new Map(base.parameters.shapes)
  if (changes.head) shapes.set(scoreHead, [1, base.config.hiddenSize])
  const hasTokenizer = existsSync(path.join(folder, 'tokenizer.json'))
  if (hasTokenizer) checkTokenizer(folder, base.config)
  const note = `${folder} is an adapter. The model is its base ${base.path} with the adapter's weights added.`
  return {
    ...base,
    path: folder,
    classification,
    notes: [...base.notes, note],
    parameters: {
      shapes,
      read: (name) => changes.read(name) ?? base.parameters.read(name),
      readPacked: (name) => (changes.has(name) ? null : (base.parameters.readPacked?.(name) ?? null)),
    },
    tokenizerSource: hasTokenizer ? { kind: 'huggingface', folder } : base.tokenizerSource,
  }
}

function weightsIn(folder: string): string {
  const file = path.join(folder, weightsFile)
  if (existsSync(file)) return file
  const other = readdirSync(folder).find((name) => name === 'adapter_model.bin')
  const advice = other
    ? `${other} is in PyTorch's format. Load and save the adapter with PEFT to get safetensors.`
    : 'Copy or download the adapter again.'
  throw new UserError('not_found', `${folder} has ${adapterConfigFile}, but no ${weightsFile}. ${advice}`)
}

/** The path of the base: as written, beside the adapter, or in the Hub's cache. */
function baseOf({ base, file }: AdapterConfig, folder: string): string {
  const key = `${file}: the key "base_model_name_or_path"`
  const remedy = 'Write the path of the model that the adapter was trained on there.'
  if (!base) throw new UserError('bad_input', `${key} names no model. ${remedy}`)
  const places = [
    path.resolve(base),
    path.resolve(folder, base),
    isHubName(base) ? cachedSnapshot(base) : null,
  ]
  const found = places.find((each) => each !== null && isModelPath(each))
  if (!found) {
    const advice = hubAdvice(base)
    const message = `${key} is "${base.slice(0, 200)}", which is not a model on this machine. ${remedy}${advice ? ` ${advice}` : ''}`
    throw new UserError('not_found', message)
  }
  if (isAdapterFolder(found))
    throw new UserError('bad_input', `${key} is "${base}", which is an adapter too. ${remedy}`)
  return found
}

function isHubName(name: string): boolean {
  return /^[\w][\w.-]*\/[\w][\w.-]*$/.test(name)
}

function isModelPath(file: string): boolean {
  if (file.endsWith('.gguf')) return existsSync(file)
  return existsSync(path.join(file, 'config.json')) || isAdapterFolder(file)
}

interface Changes {
  head: boolean
  has(name: string): boolean
  /** @returns null if the adapter does not change it */
  read(name: string): Float32Array | null
}

/** What the adapter's tensors do to the base's parameters. @throws UserError unless every tensor has a use */
function changesOf(adapter: AdapterConfig, weights: Safetensors, base: ModelSource): Changes {
  const names = namesInFile(weights, base.config)
  const layers = adaptedLayers(adapter, weights, base, names)
  const head = headIn(adapter, weights, base, names)
  const whole = wholeParameters(adapter, weights, base, names)
  const used = new Set([...layers.flatMap((layer) => Object.values(adapterNames(layer))), ...whole])
  const unused = [...names.keys()].find(
    (name) => !used.has(name) && name !== head?.weight && name !== head?.bias,
  )
  if (unused !== undefined) throw unexplained(weights, names.get(unused)!)
  const lowRank = new Map(layers.map((layer) => [`${layer}.weight`, layer]))
  const valuesOf = (name: string) => weights.readTensor(names.get(name)!)
  const isTransposed = families[base.config.family].linearLayout === 'in-out'
  return {
    head: head !== null,
    has: (name) => lowRank.has(name) || whole.has(name) || (name === scoreHead && head !== null),
    read(name) {
      if (name === scoreHead && head) return valuesOf(head.weight)
      const layer = lowRank.get(name)
      const start = whole.has(name) ? valuesOf(name) : null
      if (layer === undefined) return start
      const { a, b } = adapterNames(layer)
      const factors = { a: valuesOf(a), b: valuesOf(b), ...sizeOf(adapter, layer) }
      const merged = addProduct(start ?? base.parameters.read(name), factors, isTransposed)
      if (merged.every(Number.isFinite)) return merged
      const message = `${weights.path}: ${names.get(b)} gives values that are not finite with the key "lora_alpha" of ${adapterConfigFile}. Copy or download both again.`
      throw new UserError('bad_input', message)
    },
  }
}

function sizeOf(adapter: AdapterConfig, layer: string) {
  return { rank: adapter.rankOf(layer), scale: adapter.scaleOf(layer) }
}

/** The file's tensors by the full names of the parameters that they belong to. */
function namesInFile(weights: Safetensors, { family }: ModelConfig): Map<string, string> {
  const { huggingFace, layerPrefix } = families[family]
  const short = layerPrefix(0).slice(huggingFace.basePrefix.length, -2)
  const names = new Map<string, string>()
  for (const name of weights.tensors.keys()) {
    const inner = name.startsWith(prefix) ? name.slice(prefix.length) : name
    const unwrapped = inner.replace('.base_layer.', '.') // PEFT's name for a weight saved beside its adapter
    const full = unwrapped.startsWith(short) ? huggingFace.basePrefix + unwrapped : unwrapped
    if (names.has(full))
      throw unsupported(weights.path, `${name} and ${names.get(full)} are the same parameter`)
    names.set(full, name)
  }
  return names
}

function unexplained(weights: Safetensors, name: string): UserError {
  return unsupported(
    weights.path,
    `${name} does not belong to this model and ${adapterConfigFile}, or is not supported`,
  )
}

type Names = ReadonlyMap<string, string>

/** The layers with both factors, of the right shapes, and named by the configuration. */
function adaptedLayers(
  adapter: AdapterConfig,
  weights: Safetensors,
  base: ModelSource,
  names: Names,
): string[] {
  const { config, parameters } = base
  const { outputMatrix, linearLayout } = families[config.family]
  const sizes = linearLayers(config)
  const output = outputMatrix.replace(/\.weight$/, '')
  if (parameters.shapes.has(outputMatrix))
    sizes.set(output, linearSize(parameters.shapes.get(outputMatrix)!, 'out-in'))
  const isAdapted = (layer: string) => Object.values(adapterNames(layer)).some((name) => names.has(name))
  const layers = [...sizes.keys()].filter((layer) => isAdapted(layer) || adapter.targets?.(layer))
  for (const layer of layers) {
    const { a, b } = adapterNames(layer)
    for (const name of [a, b])
      if (!names.has(name))
        throw new UserError(
          'bad_input',
          `${weights.path} lacks ${prefix}${name}, which belongs to it by the key "target_modules" of ${adapterConfigFile}. Copy or download both again.`,
        )
    if (adapter.targets?.(layer) === false)
      throw new UserError(
        'bad_input',
        `${weights.path} has ${names.get(a)}, but the key "target_modules" of ${adapterConfigFile} does not name that layer. Use the files of the same adapter.`,
      )
    const rank = adapter.rankOf(layer)
    const { input, output: out } = sizes.get(layer)!
    checkShape(weights, names.get(a)!, [rank, input], rank)
    checkShape(weights, names.get(b)!, [out, rank], rank)
  }
  if (layers.includes(output) && linearLayout === 'in-out')
    throw unexplained(weights, names.get(adapterNames(output).a)!)
  return layers
}

function checkShape(weights: Safetensors, name: string, expected: number[], rank: number): void {
  const { shape } = weights.tensors.get(name)!
  if (shapeText(shape) === shapeText(expected)) return
  throw new UserError(
    'bad_input',
    `${weights.path} does not fit its base or ${adapterConfigFile}: ${name} is ${shapeText(shape)}, not ${shapeText(expected)} (rank ${rank} by the key "r" or "rank_pattern"). Use the files of the same adapter, and the base that it was trained on.`,
  )
}

function headIn(adapter: AdapterConfig, weights: Safetensors, base: ModelSource, names: Names) {
  const kind: Classification | null = adapter.classification
  if (kind === null) return null
  return classifierHead(kind, {
    config: base.config,
    json: {},
    shapes: new Map([...names].map(([full, name]) => [full, weights.tensors.get(name)!.shape])),
    read: (name) => weights.readTensor(names.get(name)!),
    configuration: adapter.file,
    weights: weights.path,
  })
}

/** The parameters of the base that the adapter replaces, which `modules_to_save` names. */
function wholeParameters(
  adapter: AdapterConfig,
  weights: Safetensors,
  base: ModelSource,
  names: Names,
): Set<string> {
  const { config, parameters } = base
  const { embedding, outputMatrix } = families[config.family]
  const whole = new Set([...names.keys()].filter((name) => parameters.shapes.has(name) && name !== scoreHead))
  for (const name of whole) {
    const isTable = name === embedding || name === outputMatrix // saved also if they are not named
    if (!isTable && !adapter.saved.some((module) => isWithin(name, module)))
      throw unexplained(weights, names.get(name)!)
    if (isTable && config.tiedEmbeddings)
      throw unsupported(
        weights.path,
        `${names.get(name)} replaces a table that the base uses as embedding and as output matrix, which is not supported`,
      )
    const shape = parameters.shapes.get(name)!
    const found = weights.tensors.get(names.get(name)!)!.shape
    if (shapeText(found) !== shapeText(shape))
      throw unsupported(
        weights.path,
        `${names.get(name)} is ${shapeText(found)}, but ${shapeText(shape)} in the base`,
      )
  }
  const missing = [...parameters.shapes.keys()].find(
    (name) => !names.has(name) && adapter.saved.some((module) => isWithin(name, module)),
  )
  if (missing !== undefined)
    throw new UserError(
      'bad_input',
      `${weights.path} lacks ${missing}, which the key "modules_to_save" of ${adapterConfigFile} names. Copy or download both again.`,
    )
  return whole
}

/** Whether a parameter is one of the module's. */
function isWithin(parameter: string, module: string): boolean {
  return `.${parameter}`.includes(`.${module}.`)
}

interface Factors {
  /** (rank, in) */
  a: Float32Array
  /** (out, rank) */
  b: Float32Array
  rank: number
  scale: number
}

/** weight += scale B A, summed in float64. @param isTransposed for a weight of (in, out) */
function addProduct(
  weight: Float32Array,
  { a, b, rank, scale }: Factors,
  isTransposed: boolean,
): Float32Array {
  const [input, output] = [a.length / rank, b.length / rank]
  const row = new Float64Array(input)
  for (let o = 0; o < output; o++) {
    row.fill(0)
    for (let r = 0; r < rank; r++) {
      const factor = scale * b[o * rank + r]!
      for (let i = 0, at = r * input; i < input; i++, at++) row[i]! += factor * a[at]!
    }
    const [start, step] = isTransposed ? [o, output] : [o * input, 1]
    for (let i = 0, at = start; i < input; i++, at += step) weight[at]! += row[i]!
  }
  return weight
}
