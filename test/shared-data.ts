/** Finds the public data that tests use beside the repository; it is never part of the repository. */
import { existsSync } from 'node:fs'
import path from 'node:path'

const folder = path.resolve(import.meta.dirname, '../../shared/data')

/**
 * @param name file name under `../shared/data`
 * @returns its path, or null if the data is absent (with CI=true that is an error)
 */
export function sharedData(name: string): string | null {
  const file = path.join(folder, name)
  if (existsSync(file)) return file
  if (process.env.CI === 'true') throw new Error(`${file} is missing, and CI demands it.`)
  return null
}
