/** The model that a GGUF file's metadata and tensors describe. */
import type { Gguf } from '../../formats/gguf.ts'
import { checkConfig, familyOfArchitecture, type ModelConfig } from '../config.ts'
import { families } from '../families/index.ts'

const architectureKey = 'general.architecture'

/**
 * Some of the configuration follows from which tensors are there: a separate output matrix, biases.
 * @throws UserError that names the file and its key
 */
export function configFromGguf(file: Gguf): ModelConfig {
  const name = file.metadata.get(architectureKey)
  const { family, architecture } = familyOfArchitecture('gguf', name, file.path, architectureKey)
  const { read, complete } = families[family].gguf
  const { values, keys } = read({ file, architecture })
  const config = checkConfig({ family, ...values }, file.path, keys)
  return checkConfig({ ...config, ...complete(config, { file, architecture }) }, file.path, keys)
}
