/**
 * PEFT's adapter_config.json, read so that it gives exactly what PEFT computes: every key that would change that and is
 * not supported is refused by name.
 */
import { z } from 'zod'
import { UserError } from '../../../contract/errors.ts'
import type { Json } from '../families/family.ts'
import type { ClassificationKind } from './classification.ts'

export const adapterConfigFile = 'adapter_config.json'

/** A regular expression in place of names; only names can be read. */
const names = z.union([z.array(z.string()), z.string()]).nullish()
const perLayer = (number: z.ZodType<number>) => z.record(z.string(), number).nullish()
const rank = z.int().positive()
const taskTypes = ['CAUSAL_LM', 'SEQ_CLS', 'TOKEN_CLS', 'FEATURE_EXTRACTION'] as const

/** Defaults are PEFT's, for keys that its older versions did not have. */
const schema = z.object({
  peft_type: z.literal('LORA'),
  task_type: z.enum(taskTypes).nullish(),
  base_model_name_or_path: z.string().nullish(),
  r: rank,
  lora_alpha: z.number(),
  use_rslora: z.boolean().nullish(),
  rank_pattern: perLayer(rank),
  alpha_pattern: perLayer(z.number()),
  target_modules: names,
  exclude_modules: names,
  modules_to_save: z.array(z.string()).nullish(),
  layers_to_transform: z.union([z.int(), z.array(z.int())]).nullish(),
  bias: z.literal('none').nullish(),
  init_lora_weights: z.union([z.boolean(), z.enum(['gaussian', 'eva', 'orthogonal'])]).nullish(),
})

/** Keys that change nothing once the adapter is trained. */
const withoutEffect = new Set([
  'auto_mapping',
  'peft_version',
  'revision',
  'inference_mode',
  'lora_dropout',
  'fan_in_fan_out', // PEFT takes it from the layer
  'layers_pattern', // a supported model has one stack of layers
  'megatron_core',
  'qalora_group_size', // only with use_qalora
  'eva_config',
  'runtime_config',
  'ensure_weight_tying', // shared tables are refused
])

export interface AdapterConfig {
  /** Path, for errors. */
  file: string
  base: string | null
  /** How the score head is read, if the adapter has one. */
  classification: { kind: ClassificationKind; architecture: string } | null
  /** Whether PEFT adapts a linear layer; null if a regular expression says so. */
  targets: ((layer: string) => boolean) | null
  /** The modules that the adapter holds whole. */
  saved: readonly string[]
  rankOf(layer: string): number
  /** What B A is multiplied by, for a rank. */
  scaleOf(layer: string): number
}

/** @throws UserError that names the file and the key */
export function readAdapterConfig(json: unknown, file: string): AdapterConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new UserError('bad_input', `${file} is not a JSON object. Use the file that PEFT saved.`)
  const parsed = schema.safeParse(json)
  if (!parsed.success) throw wrongKey(json as Json, file, parsed.error.issues[0]!.path)
  refuseOthers(json as Json, file)
  const config = parsed.data
  for (const key of ['rank_pattern', 'alpha_pattern'] as const)
    refuseExpressions(Object.keys(config[key] ?? {}), key, file)
  const rankOf = (layer: string) => valueFor(config.rank_pattern, layer) ?? config.r
  return {
    file,
    base: config.base_model_name_or_path ?? null,
    classification: classificationOf(config.task_type),
    targets: targetsOf(config),
    saved: config.modules_to_save ?? [],
    rankOf,
    scaleOf(layer) {
      const alpha = valueFor(config.alpha_pattern, layer) ?? config.lora_alpha
      return alpha / (config.use_rslora ? Math.sqrt(rankOf(layer)) : rankOf(layer))
    },
  }
}

function classificationOf(taskType: z.infer<typeof schema>['task_type']): AdapterConfig['classification'] {
  if (taskType === 'SEQ_CLS') return { kind: 'sequence', architecture: 'a PEFT adapter of task SEQ_CLS' }
  if (taskType === 'TOKEN_CLS') return { kind: 'token', architecture: 'a PEFT adapter of task TOKEN_CLS' }
  return null
}

/** What a key must be, where more than its absence would do. */
const supportedValues: Record<string, string> = {
  peft_type: 'only "LORA" is supported',
  task_type: `supported are ${taskTypes.join(', ')}`,
  bias: 'only "none" is supported',
  init_lora_weights: 'other initial values may have changed the weights of the base',
}

function wrongKey(json: Json, file: string, path: readonly PropertyKey[]): UserError {
  const [key] = path
  const name = path.map(String).join('.')
  if (json[String(key)] === undefined)
    return new UserError(
      'bad_input',
      `${file}: the key "${name}" is missing. Use the file that PEFT saved with the adapter.`,
    )
  const found = JSON.stringify(json[String(key)])?.slice(0, 80)
  const supported = supportedValues[String(key)] ?? 'which it cannot be'
  return new UserError(
    'bad_input',
    `${file}: the key "${name}" is wrong: ${found}, ${supported}. ${mergeAdvice}`,
  )
}

const mergeAdvice =
  'If PEFT can load the adapter, merge it there (model.merge_and_unload().save_pretrained("merged")) and use that folder.'

/** A key of a variant of LoRA, or one that this version does not know. */
function refuseOthers(json: Json, file: string): void {
  for (const [key, value] of Object.entries(json)) {
    if (Object.hasOwn(schema.shape, key) || withoutEffect.has(key) || isOff(value)) continue
    const found = JSON.stringify(value).slice(0, 80)
    throw unsupported(file, `the key "${key}" is ${found}, which is not supported`)
  }
}

function isOff(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0
  return value === null || value === false
}

/** @param what is not supported */
export function unsupported(file: string, what: string): UserError {
  return new UserError('bad_input', `${file}: ${what}. ${mergeAdvice}`)
}

/** Layers are named by the ends of their names. */
function refuseExpressions(patterns: readonly string[], key: string, file: string): void {
  const expression = patterns.find((pattern) => !/^[\w.]+$/.test(pattern))
  if (expression === undefined) return
  throw unsupported(
    file,
    `the key "${key}" has the regular expression "${expression}", which is not supported`,
  )
}

function isNamed(layer: string, name: string): boolean {
  return layer === name || layer.endsWith(`.${name}`)
}

function valueFor(pattern: Readonly<Record<string, number>> | null | undefined, layer: string) {
  return Object.entries(pattern ?? {}).find(([name]) => isNamed(layer, name))?.[1]
}

/** PEFT's rule: by the end of a layer's name and its number, without what is excluded or held whole. */
function targetsOf(config: z.infer<typeof schema>): AdapterConfig['targets'] {
  const { target_modules: included, exclude_modules: excluded, modules_to_save: saved } = config
  if (!Array.isArray(included) || typeof excluded === 'string') return null
  const { layers_to_transform: numbers } = config
  const chosen = typeof numbers === 'number' ? [numbers] : (numbers ?? [])
  return (layer) => {
    if ([...(excluded ?? []), ...(saved ?? [])].some((name) => isNamed(layer, name))) return false
    if (included.includes(layer)) return true
    const number = Number(/\.(\d+)\./.exec(layer)?.[1])
    return included.some((name) => isNamed(layer, name)) && (chosen.length === 0 || chosen.includes(number))
  }
}
