/** Reads Parquet files in a process that is ended if it needs more memory or time than any intact file. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import os from 'node:os'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import type { ReadBytesOptions } from './bytes.ts'
import type { FromParquetProcess } from './parquet-process.ts'
import type { RawRow } from './text.ts'

/** The first bytes of a Parquet file, in hex. */
export const parquetMagic = '50415231'

export interface ParquetFile {
  columns: string[]
  /** `line` is the number of the row. */
  rows: AsyncGenerator<RawRow>
}

export interface ParquetOptions extends ReadBytesOptions {
  /** Called for each column whose content is not text; it is left out of the rows. */
  onBinary?: (column: string) => void
  limits?: Limits
}

export interface Limits {
  memoryMiB: number
  /** For one batch, in which a row group may have to be unpacked. */
  waitMs: number
}

/** Half of this machine's memory, and no more than 4 GiB. */
const memoryMiB = Math.min(4096, Math.floor(os.totalmem() / 2 ** 21))
const defaultLimits: Limits = { memoryMiB, waitMs: 120_000 }

/** The process's entry: TypeScript in a clone, JavaScript in the built app. */
const entry = path.join(import.meta.dirname, `parquet-process${path.extname(import.meta.filename)}`)

/** @throws UserError if the file is damaged or uses a codec that is not supported */
export async function openParquet(
  file: string,
  { onProgress, onBinary, signal, limits = defaultLimits }: ParquetOptions = {},
): Promise<ParquetFile> {
  const child = start(file, limits)
  const waiting = { waitMs: limits.waitMs, cancelled: signal }
  const opened = await receive(file, child, waiting)
  if (!('columns' in opened)) throw damaged(file, 'it has no description')
  const { columns, totalBytes } = opened
  async function* rows(): AsyncGenerator<RawRow> {
    const binary = new Set<string>()
    try {
      for (;;) {
        child.send('next')
        const message = await receive(file, child, waiting)
        if (!('batch' in message) || message.batch === null) return
        const { batch } = message
        for (const column of batch.binary) {
          if (!binary.has(column)) onBinary?.(column)
          binary.add(column)
        }
        yield* batch.rows
        onProgress?.(batch.readBytes, totalBytes)
      }
    } finally {
      child.kill('SIGKILL')
    }
  }
  return { columns, rows: rows() }
}

function start(file: string, { memoryMiB }: Limits): ChildProcess {
  // Under Electron, it is a plain Node process of the same executable.
  const asNode = process.versions.electron ? { ELECTRON_RUN_AS_NODE: '1' } : {}
  return fork(entry, [path.resolve(file)], {
    execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${memoryMiB}`],
    env: { ...process.env, ...asNode },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
}

/** Waits for the next message; the process is ended if there is none to come. */
async function receive(
  file: string,
  child: ChildProcess,
  { waitMs, cancelled }: { waitMs: number; cancelled: AbortSignal | undefined },
): Promise<FromParquetProcess> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), waitMs)
  const signal = AbortSignal.any([stop.signal, ...(cancelled ? [cancelled] : [])])
  try {
    const ended = once(child, 'exit', { signal }).then(() => {
      throw damaged(file, 'it needs more memory than an intact file')
    })
    const [message] = (await Promise.race([once(child, 'message', { signal }), ended])) as [
      FromParquetProcess,
    ]
    if (!('error' in message)) return message
    throw message.isExpected ? new UserError('bad_input', message.error) : damaged(file, message.error)
  } catch (error) {
    child.kill('SIGKILL')
    cancelled?.throwIfAborted()
    if (error instanceof UserError) throw error
    throw damaged(file, signal.aborted ? 'it takes too long to unpack' : (error as Error).message)
  } finally {
    clearTimeout(timer)
    stop.abort()
  }
}

function damaged(file: string, reason: string): UserError {
  const message = `${file} is a damaged Parquet file (${reason}): download it again, or convert it to JSONL.`
  return new UserError('bad_input', message)
}
