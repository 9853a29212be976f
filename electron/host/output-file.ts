/** Where a verb writes: never onto a project's own files, and onto an existing file only if the user allows it. */
import { existsSync, lstatSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../contract/errors.ts'

/**
 * @param out a path, relative to the working folder
 * @param force whether an existing file may be replaced
 * @returns the absolute path
 * @throws UserError `bad_input` for a folder or a project's own file, `conflict` for an existing file
 */
export function outputFile(out: string, force: boolean): string {
  const file = outputPath(out)
  const existing = lstatSync(file, { throwIfNoEntry: false })
  if (existing?.isDirectory())
    throw new UserError('bad_input', `${file} is a folder. Choose the name of a file.`)
  if (existing && !force)
    throw new UserError(
      'conflict',
      `${file} already exists. Choose another name, or allow it to be replaced (--force).`,
    )
  return file
}

/**
 * @param out a path, relative to the working folder
 * @returns the absolute path of a file or folder that is not one of a project's own
 * @throws UserError `bad_input`
 */
export function outputPath(out: string): string {
  const file = path.resolve(out)
  const project = projectAround(path.dirname(file))
  if (project !== null && !isInside(path.join(project, 'exports'), file))
    throw new UserError(
      'bad_input',
      `${file} is inside the project ${project}, whose files Stet writes itself. Choose a place outside it, or in its folder exports.`,
    )
  return file
}

/** The nearest project that a folder is or lies in; null if there is none. */
function projectAround(folder: string): string | null {
  if (existsSync(path.join(folder, 'lab.db'))) return folder
  const parent = path.dirname(folder)
  return parent === folder ? null : projectAround(parent)
}

function isInside(folder: string, file: string): boolean {
  return !path.relative(folder, file).startsWith('..')
}
