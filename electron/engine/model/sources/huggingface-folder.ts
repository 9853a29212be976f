/** A Hugging Face folder: config.json, generation_config.json, and safetensors in one file or in shards. */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { UserError } from '../../../contract/errors.ts'
import { openSafetensors, type Safetensors, sameTensors } from '../../formats/safetensors.ts'
import { checkConfig, type ModelConfig, parametersOf, scoreHead } from '../config.ts'
import type { Json } from '../families/family.ts'
import { eosIdsOf } from '../families/huggingface.ts'
import { families } from '../families/index.ts'
import { adapterConfigFile } from './adapter-config.ts'
import { classificationOf, classifierHead } from './classification.ts'
import { configFromHuggingFace } from './huggingface-config.ts'
import { readJson } from './json-file.ts'
import { checkParameters, checkTokenizer, type ExpectedParameter } from './source-checks.ts'

const configFile = 'config.json'
const weightsFile = 'model.safetensors'
const indexFile = 'model.safetensors.index.json'

/** @throws UserError that names the file, and the key or parameter if there is one */
export function openHuggingFace(folder: string) {
  const read = readConfig(folder)
  const { json } = read
  const { weights, holders } = openWeights(folder)
  const { config: written, notes } = untiedIfDifferent(read, holders, weights)
  const { outputMatrix, huggingFace } = families[written.family]
  const classification = classificationOf(json)
  const config = classification && !holders.has(outputMatrix) ? withoutOutput(written) : written
  const configuration = path.join(folder, configFile)
  const shapesInFile = new Map([...holders].map(([name, holder]) => [name, holder.tensors.get(name)!.shape]))
  const head = classification
    ? classifierHead(classification, {
        config,
        json,
        shapes: shapesInFile,
        read: (name) => holders.get(name)!.readTensor(name),
        configuration,
        weights,
      })
    : null
  const parameters = expectedParameters(config, head !== null || holders.has(scoreHead))
  const nameInFile = (name: string) => {
    if (name === scoreHead) return head?.weight ?? name
    return holders.has(name) ? name : shortName(name, huggingFace.basePrefix, holders)
  }
  checkParameters({
    expected: parameters.map((parameter) => ({ ...parameter, name: nameInFile(parameter.name) })),
    present: shapesInFile,
    isIgnored: (name) =>
      huggingFace.computedTables.test(name) ||
      (config.tiedEmbeddings && name === outputMatrix) ||
      name === head?.bias,
    weights,
    configuration,
  })
  checkTokenizer(folder, config)
  const shapes = new Map(parameters.map(({ name, shape }) => [name, shape]))
  const valuesOf = (name: string) => holders.get(nameInFile(name))!.readTensor(nameInFile(name))
  return { config, classification, notes, parameters: { shapes, read: valuesOf } }
}

interface ReadConfig {
  config: ModelConfig
  json: Json
  notes: string[]
}

/** A head that the file holds is used, even if the configuration ties it to an embedding that is not the same. */
function untiedIfDifferent(
  { config, notes }: ReadConfig,
  holders: ReadonlyMap<string, Safetensors>,
  weights: string,
): Pick<ReadConfig, 'config' | 'notes'> {
  const { embedding, outputMatrix, huggingFace } = families[config.family]
  const head = holders.get(outputMatrix)
  if (!config.tiedEmbeddings || !head) return { config, notes }
  const name = holders.has(embedding) ? embedding : shortName(embedding, huggingFace.basePrefix, holders)
  const table = holders.get(name)
  if (!table || sameTensors({ file: head, name: outputMatrix }, { file: table, name }))
    return { config, notes }
  const note = `${weights}: ${outputMatrix} differs from ${name} although the key "tie_word_embeddings" of ${configFile} is true. The model uses ${outputMatrix}, as in transformers.`
  return { config: { ...config, tiedEmbeddings: false }, notes: [...notes, note] }
}

function readConfig(folder: string): ReadConfig {
  const file = path.join(folder, configFile)
  if (!existsSync(file)) throw noConfig(folder)
  const json = readJson(file)
  // The family's reader has checked that it is an object.
  const config = withGenerationEnds(configFromHuggingFace(json, file), folder)
  return { config, json: json as Json, notes: notesOnConfig(config, json as Json, file) }
}

function notesOnConfig({ family }: ModelConfig, json: Json, file: string): string[] {
  const { notes } = families[family].huggingFace
  const unused = path.join(path.dirname(file), adapterConfigFile)
  return [
    ...(notes?.({ json, file, architecture: String(json.model_type) }) ?? []),
    ...(existsSync(unused) ? [`${unused} is not used: the folder holds a whole model.`] : []),
  ]
}

function withGenerationEnds(config: ModelConfig, folder: string): ModelConfig {
  const generationFile = path.join(folder, 'generation_config.json')
  if (!existsSync(generationFile)) return config
  // Chat models list the ends of a turn here. An end that only config.json names still ends a text.
  const generation = z.looseObject({}).safeParse(readJson(generationFile)).data ?? {}
  if (generation.eos_token_id === undefined) return config
  const eosIds = [...new Set([...eosIdsOf(generation.eos_token_id), ...config.eosIds])]
  return checkConfig({ ...config, eosIds }, generationFile, { eosIds: 'eos_token_id' })
}

function noConfig(folder: string): UserError {
  const gguf = readdirSync(folder).find((name) => name.endsWith('.gguf'))
  const advice = gguf
    ? `To use the GGUF model there, give its path: ${path.join(folder, gguf)}`
    : 'Give the folder that holds config.json and model.safetensors, or a .gguf file.'
  return new UserError('not_found', `${folder} is not a model folder: it has no ${configFile}. ${advice}`)
}

/** Which file holds each tensor. */
function openWeights(folder: string): { weights: string; holders: Map<string, Safetensors> } {
  const single = path.join(folder, weightsFile)
  const index = path.join(folder, indexFile)
  if (existsSync(single)) {
    const file = openSafetensors(single)
    return { weights: single, holders: new Map([...file.tensors.keys()].map((name) => [name, file])) }
  }
  if (existsSync(index)) return { weights: index, holders: openShards(folder, index) }
  const other = readdirSync(folder).find((name) => /^pytorch_model.*\.bin$/.test(name))
  const advice = other
    ? `${other} is in PyTorch's format. Load and save the model with transformers to get safetensors.`
    : 'Copy or download the weights too.'
  throw new UserError('not_found', `${folder} has neither ${weightsFile} nor ${indexFile}. ${advice}`)
}

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) })

function openShards(folder: string, index: string): Map<string, Safetensors> {
  const parsed = indexSchema.safeParse(readJson(index))
  if (!parsed.success)
    throw new UserError('bad_input', `${index} has no "weight_map" from names to file names.`)
  const opened = new Map<string, Safetensors>()
  const holders = new Map<string, Safetensors>()
  for (const [name, fileName] of Object.entries(parsed.data.weight_map)) {
    if (path.basename(fileName) !== fileName)
      throw new UserError(
        'bad_input',
        `${index}: the key "weight_map.${name}" points outside of its folder: ${fileName}`,
      )
    const shard = opened.get(fileName) ?? openSafetensors(path.join(folder, fileName))
    opened.set(fileName, shard)
    if (!shard.tensors.has(name))
      throw new UserError(
        'bad_input',
        `${shard.path} lacks ${name}, which ${indexFile} lists there. Download both again.`,
      )
    holders.set(name, shard)
  }
  return holders
}

/** A reward model of another tool has no output matrix; one that uses the embedding for it needs none. */
function withoutOutput(config: ModelConfig): ModelConfig {
  return config.tiedEmbeddings ? config : { ...config, headless: true }
}

function expectedParameters(config: ModelConfig, hasScoreHead: boolean): ExpectedParameter[] {
  const head = { name: scoreHead, shape: [1, config.hiddenSize], isVocabulary: false }
  const parameters = parametersOf(config).map(({ name, shape, role }) => ({
    name,
    shape,
    isVocabulary: role === 'vocabulary',
  }))
  return hasScoreHead ? [...parameters, head] : parameters
}

/**
 * The name under which a model that was saved without its head holds a parameter (`wte.weight` for
 * `transformer.wte.weight`), or the full name if it does not.
 */
function shortName(name: string, prefix: string, holders: ReadonlyMap<string, unknown>): string {
  const short = name.startsWith(prefix) ? name.slice(prefix.length) : name
  return holders.has(short) ? short : name
}
