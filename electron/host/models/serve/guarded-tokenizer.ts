/**
 * The tokenizer of a served model with a limit on time: its template and patterns come from outside, and one that never
 * ends is stopped with a sentence instead of stopping the host.
 */
import { Script } from 'node:vm'
import type { Tokenizer } from '../../../engine/tokenizer/index.ts'
import { stageOf } from '../../../engine/tokenizer/stage.ts'
import { tooMuchFor } from '../limited-tokenizer.ts'

/** The host answers no other request meanwhile, so it is short; the first prompt of the length of a context takes 0.1 s. */
const limitMs = 3000

const slot = Symbol.for('stet.limited')
const script = new Script(`globalThis[Symbol.for('stet.limited')]()`)

/** @throws UserError that names file and key when `work` is stopped */
function limited<Result>(file: string, length: number, work: () => Result): Result {
  let result: { value: Result } | undefined
  Reflect.set(globalThis, slot, () => {
    result = { value: work() }
  })
  try {
    script.runInThisContext({ timeout: limitMs })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    throw tooMuchFor(file, stageOf(), `more than ${limitMs / 1000} s for ${length} characters`)
  } finally {
    Reflect.deleteProperty(globalThis, slot)
  }
  return result!.value
}

/** @param file the model's folder or file, for messages */
export function guardedTokenizer(tokenizer: Tokenizer, file: string): Tokenizer {
  const guarded: Partial<Tokenizer> = {
    encode: (text) => limited(file, text.length, () => tokenizer.encode(text)),
    encodeWithOffsets: (text) => limited(file, text.length, () => tokenizer.encodeWithOffsets(text)),
    encodeChat(messages, options) {
      const length = messages.reduce((sum, { content }) => sum + content.length, 0)
      return limited(file, length, () => tokenizer.encodeChat(messages, options))
    },
    decode(ids, options) {
      const all = [...ids]
      return limited(file, all.length, () => tokenizer.decode(all, options))
    },
    withVariables: (variables) => guardedTokenizer(tokenizer.withVariables(variables), file),
  }
  const properties = Object.entries(guarded).map(([name, value]) => [name, { value, enumerable: true }])
  return Object.create(tokenizer, Object.fromEntries(properties))
}
