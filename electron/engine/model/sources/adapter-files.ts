/** A model's adapters in PEFT's format: a folder that `PeftModel.from_pretrained` applies to the same base. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../../formats/atomic.ts'
import { writeSafetensors } from '../../formats/safetensors.ts'
import { linearLayers, scoreHead } from '../config.ts'
import { families } from '../families/index.ts'
import type { Model } from '../model.ts'
import { adapterNames } from '../weights.ts'

/** Writes adapter_config.json and adapter_model.safetensors of a model that has a base. */
export async function saveAdapters(model: Model, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const tensors = [...model.parameters].map(([name, variable]) => ({
    name: `base_model.model.${name}`,
    shape: variable.shape,
    data: () => variable.data(),
  }))
  await writeSafetensors(path.join(folder, 'adapter_model.safetensors'), tensors, { format: 'pt' })
  await writeFileAtomic(path.join(folder, 'adapter_config.json'), [
    JSON.stringify(peftConfig(model), null, 2),
  ])
}

function peftConfig({ config, parameters }: Model) {
  const layers = [...linearLayers(config).keys()]
  const rank = parameters.get(adapterNames(layers[0]!).a)!.shape[0]!
  const scored = parameters.has(scoreHead)
  return {
    peft_type: 'LORA',
    task_type: scored ? 'SEQ_CLS' : 'CAUSAL_LM',
    base_model_name_or_path: null,
    inference_mode: true,
    r: rank,
    lora_alpha: rank,
    lora_dropout: 0,
    bias: 'none',
    fan_in_fan_out: families[config.family].linearLayout === 'in-out',
    target_modules: [...new Set(layers.map((layer) => layer.split('.').at(-1)!))],
    modules_to_save: scored ? ['score'] : null,
  }
}
