/** A model's adapters in PEFT's format: a folder that `PeftModel.from_pretrained` applies to the same base. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../../formats/atomic.ts'
import { type TensorToWrite, writeSafetensors } from '../../formats/safetensors.ts'
import { linearLayers, scoreHead } from '../config.ts'
import { families } from '../families/index.ts'
import type { Model } from '../model.ts'
import { adapterNames } from '../weights.ts'
import { type ClassificationKind, headName } from './classification.ts'

export interface AdapterOptions {
  /** Path or Hub name of the base, by which `AutoPeftModel` finds it; null if it is not on disk. */
  base: string | null
  /** How the score head is read, if there is one. */
  classification: ClassificationKind | null
}

/** Writes adapter_config.json and adapter_model.safetensors of a model that has a base. */
export async function saveAdapters(
  model: Model,
  folder: string,
  options: AdapterOptions = { base: null, classification: null },
): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const head = headName(model.config, options.classification ?? 'sequence')
  const tensors = [...model.parameters].map(([name, variable]) => ({
    name: `base_model.model.${name === scoreHead ? head : name}`,
    shape: variable.shape,
    data: () => variable.data(),
  }))
  const bias = options.classification === 'token' ? [zeroBias(head)] : []
  const file = path.join(folder, 'adapter_model.safetensors')
  await writeSafetensors(file, [...tensors, ...bias], { format: 'pt' })
  await writeFileAtomic(path.join(folder, 'adapter_config.json'), [
    JSON.stringify(peftConfig(model, head, options), null, 2),
  ])
}

/** transformers makes the head for tokens on a language model with a bias, and PEFT then asks for it. */
function zeroBias(head: string): TensorToWrite {
  const name = `base_model.model.${head.replace(/weight$/, 'bias')}`
  return { name, shape: [1], data: () => new Float32Array(1) }
}

const taskTypes: Record<ClassificationKind, string> = { sequence: 'SEQ_CLS', token: 'TOKEN_CLS' }

function peftConfig({ config, parameters }: Model, head: string, { base, classification }: AdapterOptions) {
  const layers = [...linearLayers(config).keys()]
  const rank = parameters.get(adapterNames(layers[0]!).a)!.shape[0]!
  const scored = parameters.has(scoreHead)
  return {
    peft_type: 'LORA',
    task_type: scored ? taskTypes[classification ?? 'sequence'] : 'CAUSAL_LM',
    base_model_name_or_path: base,
    inference_mode: true,
    r: rank,
    lora_alpha: rank,
    lora_dropout: 0,
    bias: 'none',
    fan_in_fan_out: families[config.family].linearLayout === 'in-out',
    target_modules: [...new Set(layers.map((layer) => layer.split('.').at(-1)!))],
    modules_to_save: scored ? [head.replace(/\.weight$/, '')] : null,
  }
}
