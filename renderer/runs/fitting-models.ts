/** Which of a project's models a setting takes. */
import { modelPresets } from '../../electron/contract/options.ts'
import { runKinds } from '../../electron/contract/run-kinds/index.ts'
import type { Values } from './form-fields.ts'

interface Model {
  name: string
  kind: string
}

/** Where a kind of run takes a model. */
export const modelFields = new Set(Object.values(runKinds).flatMap(({ models }) => Object.keys(models)))

/** The kinds of models that a setting takes, if they are not language models alone; the likelier ones first. */
const kindsFor: Readonly<Record<string, readonly ('language' | 'reward')[]>> = {
  rewardModel: ['reward', 'language'],
  sequenceModel: ['reward'],
}

/** Names of the models that a setting takes, the likelier ones first. */
export function fittingModels(key: string, models: readonly Model[]): string[] {
  const fitting = (kindsFor[key] ?? ['language']).flatMap((kind) =>
    models.filter((model) => model.kind === kind),
  )
  return [...new Set(fitting.map(({ name }) => name))]
}

/**
 * A preset names the models that its own presets make. Where the project has none of that name, the only model that fits
 * takes its place; of several the user chooses.
 * @param required keys of fields that need a value
 * @param coming names of models that queued and running jobs will make
 */
export function withOwnModels(
  values: Values,
  required: readonly string[],
  models: readonly Model[],
  coming: readonly string[],
): Values {
  const known = new Set<string>([...models.map(({ name }) => name), ...coming, ...modelPresets])
  const own = required.flatMap((key) => {
    if (!modelFields.has(key) || known.has(values[key] ?? '')) return []
    const [kind] = kindsFor[key] ?? ['language']
    const fitting = fittingModels(
      key,
      models.filter((model) => model.kind === kind),
    )
    return [[key, fitting.length === 1 ? fitting[0]! : ''] as const]
  })
  return { ...values, ...Object.fromEntries(own) }
}
