/** Loads models from any supported source, and saves them as Hugging Face folders. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../../formats/atomic.ts'
import { writeSafetensors } from '../../formats/safetensors.ts'
import { PackedMatrix } from '../../runtime/packed-matrix.ts'
import { runtime } from '../../runtime/runtime.ts'
import { variableFrom } from '../../runtime/variable.ts'
import { parameterShapes, scoreHead } from '../config.ts'
import { disposeModel, type Model, mergedValues } from '../model.ts'
import { type ClassificationKind, headName } from './classification.ts'
import { configText, toHuggingFace } from './huggingface-config.ts'
import { openModelSource } from './model-source.ts'

/**
 * @param source Hugging Face folder or GGUF file
 * @param isFrozen its matrices stay in 8 bits if the source has them so and the runtime compiles: nothing may train
 * them then
 * @returns the model, with its score head if the source has one
 * @throws UserError that names the file and what is wrong with it
 */
export function loadModel(source: string, isFrozen = false): Model {
  const { config, parameters: stored } = openModelSource(source)
  const model: Model = { config, parameters: new Map() }
  const packedMatrix = (name: string) => {
    const content = isFrozen && runtime().compiles ? stored.readPacked?.(name) : null
    return content ? new PackedMatrix(name, content) : null
  }
  try {
    for (const [name, shape] of stored.shapes)
      model.parameters.set(name, packedMatrix(name) ?? variableFrom(name, [...shape], stored.read(name)))
    return model
  } catch (error) {
    disposeModel(model)
    throw error
  }
}

/** The special tokens as generate() of transformers reads them: the same as in config.json. */
function generationConfig({ bos_token_id, eos_token_id, pad_token_id }: Record<string, unknown>) {
  return { bos_token_id, eos_token_id, pad_token_id }
}

/**
 * Writes config.json, generation_config.json and model.safetensors, with adapters merged into the weights; the tokenizer's files are written by
 * `saveTokenizer`.
 * @param classification how the score head is read, if the model has one and is a reward model
 */
export async function saveModel(
  model: Model,
  folder: string,
  classification: ClassificationKind | null = null,
): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const shapes = parameterShapes(model.config)
  if (model.parameters.has(scoreHead)) shapes.set(scoreHead, [1, model.config.hiddenSize])
  const nameOf = (name: string) =>
    name === scoreHead && classification ? headName(model.config, classification) : name
  const tensors = [...shapes].map(([name, shape]) => ({
    name: nameOf(name),
    shape,
    data: () => mergedValues(model, name),
  }))
  await writeSafetensors(path.join(folder, 'model.safetensors'), tensors, { format: 'pt' })
  const config = toHuggingFace(model.config, classification)
  await writeFileAtomic(path.join(folder, 'config.json'), [configText(config)])
  await writeFileAtomic(path.join(folder, 'generation_config.json'), [
    JSON.stringify(generationConfig(config), null, 2),
  ])
}
