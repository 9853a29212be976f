/** Reads mutants of one kind, one after another, and reports each: run by hostile-files.test.ts. */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../../electron/contract/errors.ts'
import { freshFolder, type KindName, kinds } from './kinds.ts'
import { newRandom } from './mutate.ts'

export type FromChild =
  | { type: 'begun'; index: number; file: string }
  /** `defect` is null if the mutant was read, or refused in a sentence that names it. */
  | { type: 'ended'; index: number; isRefused: boolean; defect: string | null }
  | { type: 'resources'; heapMiB: number; descriptors: number | null }

const [name, folder, firstIndex, count, seed] = process.argv.slice(2)
const send = (message: FromChild) => process.send!(message)

function descriptors(): number | null {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : null
}

function defectIn(error: unknown, file: string): string | null {
  if (!(error instanceof UserError))
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  if (/\n\s+at /.test(error.message)) return `a stack in the message: ${error.message}`
  return error.message.includes(path.basename(file)) ? null : `no file in the message: ${error.message}`
}

function reportResources(): void {
  globalThis.gc?.()
  send({ type: 'resources', heapMiB: process.memoryUsage().heapUsed / 2 ** 20, descriptors: descriptors() })
}

process.on('unhandledRejection', () => {}) // of a damaged Parquet file's pages that are read ahead: the reader fails too
const kind = await kinds[name as KindName](freshFolder(folder!, name!))
for (let index = Number(firstIndex); index < Number(count); index++) {
  const file = kind.write(newRandom(Number(seed) + index))
  send({ type: 'begun', index, file })
  let isRefused = false
  let defect: string | null = null
  try {
    isRefused = (await kind.open(file)) === true
  } catch (error) {
    isRefused = true
    defect = defectIn(error, file)
  }
  if (Reflect.get({}, 'polluted') !== undefined) defect = 'the prototype of objects was changed'
  send({ type: 'ended', index, isRefused, defect })
  if (index % 50 === 49) await new Promise((resolve) => setImmediate(resolve))
  if (index - Number(firstIndex) === 200) reportResources()
}
reportResources()
process.disconnect()
