/** Where new projects go. */
import os from 'node:os'
import path from 'node:path'

/** `$STET_PROJECTS`, or `Stet` in the home folder. */
export function projectsFolder(): string {
  return process.env.STET_PROJECTS ?? path.join(os.homedir(), 'Stet')
}
