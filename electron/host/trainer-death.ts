/** Why a trainer process has ended, told by its exit and by what it wrote last. */
import { UserError } from '../contract/errors.ts'

/** The trainer gave no sign of life and was ended; its run can be resumed. */
export class TrainerHung extends UserError {}

/** How a process ended, as Node reports it. */
export interface ProcessEnd {
  code: number | null
  signal: NodeJS.Signals | null
  /** The last lines that it wrote. */
  lastLines: readonly string[]
}

/** What V8, the C++ library, glibc, Abseil (with ENOMEM's number) and TensorFlow write when an allocation fails. */
const memoryWords =
  /heap out of memory|Allocation failed|bad_alloc|Cannot allocate memory|RESOURCE_EXHAUSTED|Out of memory|mmap error: 12\b/i

/** Signals of a fault in machine code. */
const faults: readonly string[] = ['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP', 'SIGABRT']

/** @returns the error of the job that was running */
export function deathOf({ code, signal, lastLines }: ProcessEnd): UserError {
  const how = signal ? `was killed by ${signal}` : `exited with code ${code}`
  if (lastLines.some((line) => memoryWords.test(line)))
    return new UserError(
      'out_of_memory',
      `The trainer process ran out of memory and ${how}. Use smaller batches (--micro-batch-size), shorter texts or a smaller model, or close other programs.`,
    )
  return new UserError('unavailable', `The trainer process ${how}.${reasonOf(signal)} Saved work is safe.`)
}

function reasonOf(signal: NodeJS.Signals | null): string {
  if (signal === 'SIGKILL') return ' It may have run out of memory: try smaller batches (--micro-batch-size).'
  if (signal === 'SIGABRT')
    return ' It crashed in native code, perhaps because memory ran out: try smaller batches (--micro-batch-size).'
  if (signal !== null && faults.includes(signal))
    return ' It crashed in native code. Memory may have run out: try smaller batches (--micro-batch-size). If it happens again, it is a defect: report it with the log, and try STET_RUNTIME=wasm.'
  return ''
}
