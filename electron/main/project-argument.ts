/** Finds the project that a command line or a double-click refers to. */
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'

/** @returns the project folder that `target` is or, for a file, lies in; null if it is not a project */
export function projectAt(target: string): string | null {
  const file = path.resolve(target)
  if (!existsSync(file)) return null
  const folder = statSync(file).isDirectory() ? file : path.dirname(file)
  return existsSync(path.join(folder, 'lab.db')) ? folder : null
}

/** @param args the arguments after the program itself @returns the first that is a project, or null */
export function projectIn(args: string[], cwd: string): string | null {
  const targets = args.filter((arg) => !arg.startsWith('-'))
  const projects = targets.map((target) => projectAt(path.resolve(cwd, target)))
  return projects.find((project) => project !== null) ?? null
}
