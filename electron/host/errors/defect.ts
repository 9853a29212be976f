/** How an unexpected error reaches the UI: as a sentence, and a report for the developers without the user's data. */
import { ORPCError } from '@orpc/server'
import { packageVersion } from '../version.ts'

/** @param path of the procedure that failed */
export function toDefect(error: unknown, path: readonly string[]): ORPCError<string, { report: string }> {
  const message = 'Unexpected error in Stet. Saved work is safe.'
  return new ORPCError('INTERNAL_SERVER_ERROR', {
    message,
    data: { report: reportOf(error, path) },
    cause: error,
  })
}

/** The kind of error and its place in Stet's code. Its message is left out, because it may quote the user's text. */
function reportOf(error: unknown, path: readonly string[]): string {
  const { name = 'Error', stack = '' } = error instanceof Error ? error : {}
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line))
  const inStet = frames.flatMap((frame) => /(?:electron|node_modules)\/[^\s)]+/.exec(frame) ?? [])
  return [
    `Stet ${packageVersion}, Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    `${name} in ${path.join('.')}`,
    ...inStet.map((place) => `  at ${place}`),
  ].join('\n')
}
