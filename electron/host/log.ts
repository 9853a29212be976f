/** The host's log: one file, opened when the first line is written, and never through a link to another file. */
import { constants, existsSync, mkdirSync, openSync } from 'node:fs'
import path from 'node:path'
import { type Logger, pino } from 'pino'

export interface Log {
  /** Where the lines are. */
  readonly file: string
  /** Opens the file. */
  logger(): Logger
}

const inClone = path.resolve(import.meta.dirname, '../../.stet')

/** @param project folder that gets the log; if there is none, or it cannot be written, the .stet folder of the clone */
export function openLog(project: string | null): Log {
  const inProject = project !== null && existsSync(project) ? [path.resolve(project)] : []
  const files = [...inProject, inClone].map((folder) => path.join(folder, 'stet.log'))
  let file = files[0]!
  let logger: Logger | null = null
  function open(): Logger {
    for (file of files) {
      const fd = openPrivate(file)
      if (fd !== null)
        return pino({ level: 'debug', base: { pid: process.pid } }, pino.destination({ fd, sync: true }))
    }
    return pino({ enabled: false })
  }
  return {
    get file() {
      return file
    },
    logger: () => {
      logger ??= open()
      return logger
    },
  }
}

/** Null if the place cannot be written, or holds a link. */
function openPrivate(file: string): number | null {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW = 0 } = constants
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    return openSync(file, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600)
  } catch {
    return null
  }
}
