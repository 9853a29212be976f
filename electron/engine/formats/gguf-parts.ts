/**
 * Models in several GGUF files, as llama.cpp splits them: `NAME-00001-of-00003.gguf` and its neighbours. All parts are
 * there and belong together, or the model is refused.
 */
import { existsSync } from 'node:fs'
import { UserError } from '../../contract/errors.ts'
import type { Gguf, GgufTensor } from './gguf.ts'

const partName = /-(\d{5})-of-(\d{5})\.gguf$/

/** Far above any real model's. */
const maxParts = 1024

/** The files of a model, in the order of their numbers, whether they exist or not: one unless its name is a part's. */
export function ggufParts(path: string): string[] {
  const count = Number(partName.exec(path)?.[2] ?? 1)
  if (!partName.test(path) || count < 1 || count > maxParts) return [path]
  const five = (number: number) => String(number).padStart(5, '0')
  return Array.from({ length: count }, (_, i) =>
    path.replace(partName, `-${five(i + 1)}-of-${five(count)}.gguf`),
  )
}

/**
 * @param opened one part, whatever its number
 * @param open opens another
 * @returns the whole model, with the first part's metadata; the part itself if it is not one of several
 * @throws UserError that names the part that is missing, or that does not belong to the others
 */
export function joinParts(opened: Gguf, open: (path: string) => Gguf): Gguf {
  const count = opened.metadata.get('split.count')
  if (typeof count !== 'number' || count <= 1) return opened
  const { path } = opened
  const number = numberOf(opened)
  const paths = ggufParts(path)
  if (paths.length !== count || paths[number - 1] !== path) throw misnamed(path, number, count)
  const missing = paths.filter((each) => !existsSync(each))
  if (missing.length > 0) {
    const message = `${path} is part ${number} of ${count} of a model, and ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing. Download all parts into one folder.`
    throw new UserError('not_found', message)
  }
  const parts = paths.map((each) => (each === path ? opened : open(each)))
  const tensors = new Map<string, GgufTensor>()
  for (const [index, part] of parts.entries()) {
    if (part.metadata.get('split.count') !== count || numberOf(part) !== index + 1)
      throw foreign(part.path, `it says that it is another part than ${index + 1} of ${count}`)
    for (const [name, tensor] of part.tensors) {
      if (tensors.has(name)) throw foreign(part.path, `${name} is also in ${tensors.get(name)!.file}`)
      tensors.set(name, tensor)
    }
  }
  const total = opened.metadata.get('split.tensors.count')
  if (typeof total === 'number' && total !== tensors.size)
    throw foreign(path, `it says that the model has ${total} tensors, and the parts have ${tensors.size}`)
  const byFile = new Map(parts.map((part) => [part.path, part]))
  const [first] = parts as [Gguf]
  const readTensor = (name: string) => (byFile.get(tensors.get(name)?.file ?? '') ?? first).readTensor(name)
  return { path, metadata: first.metadata, tensors, readTensor }
}

/** Counted from 1. */
function numberOf({ metadata }: Gguf): number {
  return Number(metadata.get('split.no') ?? 0) + 1
}

function misnamed(path: string, number: number, count: number): UserError {
  const five = (each: number) => String(each).padStart(5, '0')
  const name = `NAME-${five(number)}-of-${five(count)}.gguf`
  const message = `${path} is part ${number} of ${count} of a model, whose parts are found by their names. Call it ${name}, with the other parts next to it, or join them with llama.cpp: llama-gguf-split --merge NAME-00001-of-${five(count)}.gguf model.gguf`
  return new UserError('bad_input', message)
}

function foreign(path: string, what: string): UserError {
  const message = `${path} does not belong to the other parts of the model: ${what}. Download all parts again.`
  return new UserError('bad_input', message)
}
