/** The version of the code, for the records of runs. */
import { execFileSync } from 'node:child_process'
import packageJson from '../../package.json' with { type: 'json' }

export const packageVersion: string = packageJson.version

/** The commit of this clone, marked if files differ from it; without git, the package's version. */
export function codeVersion(): string {
  const args = ['describe', '--always', '--dirty', '--abbrev=12']
  try {
    return execFileSync('git', args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return packageVersion
  }
}
