/**
 * Reads a Parquet file in a separate process, one batch of rows for each request: a damaged file can make the reader
 * allocate or loop without end, and then only this process ends. Run by `parquet.ts`, with the file as its argument.
 */
import assert from 'node:assert'
import { UserError } from '../../contract/errors.ts'
import { openParquetRows, type ParquetBatch } from './parquet-rows.ts'

/** What the process sends: first what the file is, then a batch for each request, null after the last. */
export type FromParquetProcess =
  | { columns: string[]; totalBytes: number }
  | { batch: ParquetBatch | null }
  /** `isExpected` is false for a defect. */
  | { error: string; isExpected: boolean }

function send(message: FromParquetProcess): void {
  assert(process.send, 'this file runs as a separate process')
  process.send(message)
}

async function serve(file: string): Promise<void> {
  const { columns, totalBytes, batches } = await openParquetRows(file)
  process.on('message', () => {
    batches.next().then(({ done, value }) => send({ batch: done ? null : value }), fail)
  })
  send({ columns, totalBytes })
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  send({ error: message, isExpected: error instanceof UserError })
}

process.on('SIGINT', () => {}) // Ctrl-C reaches the whole terminal; the process that started this one decides.
process.on('disconnect', () => process.exit(0))
process.on('unhandledRejection', fail) // of damaged pages that are read ahead
serve(String(process.argv[2])).catch(fail)
