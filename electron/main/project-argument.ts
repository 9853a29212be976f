/** Which project a command line or a double-click means. */
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'

/** @returns the project folder that a path names, itself or by a file in it; null where there is none */
export function projectAt(given: string): string | null {
  const file = path.resolve(given)
  if (!existsSync(file)) return null
  const folder = statSync(file).isDirectory() ? file : path.dirname(file)
  return existsSync(path.join(folder, 'lab.db')) ? folder : null
}

/** @param args what follows the program's own path @returns the first that is a project */
export function projectIn(args: string[], cwd: string): string | null {
  const named = args.filter((arg) => !arg.startsWith('-')).map((arg) => projectAt(path.resolve(cwd, arg)))
  return named.find((project) => project !== null) ?? null
}
