/**
 * Runs the tests: two files at a time, each in a separate process; those that measure come last, one by one. Prints
 * what failed and what was skipped, with the reason, and ends with one line `N passed, N failed` (`, N skipped` if
 * any was).
 */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { root, runFiles } from './run-files.ts'

/** Too slow for every run: they run when named. */
const onlyWhenNamed = ['test/bench/']

/** @returns test files from the root, those that a pattern names (a part of the path, or a glob) or all ordinary ones */
function testFiles(patterns: string[]): string[] {
  const files = readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((file) => path.posix.join('test', file.split(path.sep).join('/')))
    .filter((file) => file.endsWith('.test.ts'))
    .sort()
  if (patterns.length === 0)
    return files.filter((file) => !onlyWhenNamed.some((folder) => file.startsWith(folder)))
  return files.filter((file) =>
    patterns.some((pattern) => file.includes(pattern) || path.matchesGlob(file, pattern)),
  )
}

/** What is estimated beforehand is measured: other tests beside it would be measured too. */
const measured = [
  'test/host/train/estimate.test.ts',
  'test/sizing/memory.test.ts',
  'test/host/judge/server-judge.test.ts',
]

const isWell = await runFiles(testFiles(process.argv.slice(2)), {
  timeoutMs: 600_000,
  alone: (file) => measured.includes(file),
})
process.exit(isWell ? 0 : 1)
