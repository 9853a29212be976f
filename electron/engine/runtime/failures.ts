/** Finds the line of the project's TypeScript that made a failing op, and says what to do when memory runs out. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserError } from '../../contract/errors.ts'

const runtimeFolder = import.meta.dirname
const root = path.resolve(runtimeFolder, '../../..')

/** Deep enough to reach from inside a gradient of tfjs back to the line that requested it. */
export const stackDepth = 200

/**
 * @param stack of an Error made with {@link stackDepth}
 * @returns `file:line` of the innermost frame of this project's code that uses the runtime, such as a layer's; of
 * the runtime if nothing else called it
 */
export function projectLine(stack: string | undefined): string {
  const places = [...(stack ?? '').matchAll(/(?:\(|at )(file:\/\/.+?|\/.+?|[A-Z]:\\.+?):(\d+):\d+\)?$/gm)]
    .map(([, file, line]) => ({ file: file!.startsWith('file:') ? fileURLToPath(file!) : file!, line }))
    .filter(({ file }) => !file.includes(`${path.sep}node_modules${path.sep}`))
  const place = places.find(({ file }) => path.dirname(file) !== runtimeFolder) ?? places[0]
  return place ? `${path.relative(root, place.file)}:${place.line}` : 'an unknown line'
}

/** @returns an error that names the function and the line; a UserError is returned unchanged */
export function recordingFailure(name: string, error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error
  const message = `${name}, at ${projectLine(error.stack)}: ${error.message}`
  return new Error(message, { cause: error })
}

/**
 * @param origins what made each node of the function, by the node's name
 * @returns an error that puts the origins of the nodes it mentions before TensorFlow's message
 */
export function compilationFailure(name: string, error: unknown, origins: Map<string, string>): Error {
  const text = error instanceof Error ? error.message : String(error)
  const nodes = new Set([...text.matchAll(/\{\{node (\w+)\}\}/g)].map(([, node]) => node!))
  const makers = [...nodes].map((node) => origins.get(node)).filter((origin) => origin !== undefined)
  const place = makers.length > 0 ? `, at ${makers.join(', ')}` : ''
  return new Error(`${name}${place}: ${text}`, { cause: error })
}

/** TensorFlow's RESOURCE_EXHAUSTED, what the C++ library throws, and what V8 reports for arrays that it can't allocate. */
const memoryRanOut = /TF_Status: 8\b|bad_alloc|Array buffer allocation failed|Invalid typed array length/

/** @returns the error, or a UserError if memory ran out */
export function asUserError(error: unknown): unknown {
  if (!(error instanceof Error) || !memoryRanOut.test(error.message)) return error
  return new UserError(
    'out_of_memory',
    'Memory ran out. Use smaller batches (--micro-batch-size), shorter texts or a smaller model, or close other programs.',
    { cause: error },
  )
}
