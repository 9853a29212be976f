/** The host's log: one file, created when the first line is written. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { type Logger, pino } from 'pino'

export interface Log {
  file: string
  /** Opens the file. */
  logger(): Logger
}

/** @param project folder that gets the log; if there is none, the log is in the .stet folder of the clone */
export function openLog(project: string | null): Log {
  const folder =
    project !== null && existsSync(project)
      ? path.resolve(project)
      : path.resolve(import.meta.dirname, '../../.stet')
  const file = path.join(folder, 'stet.log')
  let logger: Logger | null = null
  return {
    file,
    logger() {
      logger ??= pino(
        { level: 'debug', base: { pid: process.pid } },
        pino.destination({ dest: file, sync: true, mkdir: true }),
      )
      return logger
    },
  }
}
