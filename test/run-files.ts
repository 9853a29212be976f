/** Runs test files, each in a separate process, and prints the results for people. */
import path from 'node:path'
import { run } from 'node:test'
import { pathToFileURL } from 'node:url'
import { Tally } from './tally.ts'

export const root = path.resolve(import.meta.dirname, '..')

export interface Order {
  timeoutMs: number
  /** Files that measure time: they run afterwards, one by one. */
  alone?(file: string): boolean
  /** With at most this many failing files, each is run once more: a race in a browser test is reported as flaky. */
  secondTries?: number
}

/** @returns whether all is well: some test passed and none failed. Its last line counts them. */
export async function runFiles(
  files: string[],
  { timeoutMs, alone = () => false, secondTries = 0 }: Order,
): Promise<boolean> {
  // Half of what a small test file takes is compiling the sources, again in every process.
  process.env.NODE_COMPILE_CACHE ??= path.join(root, '.stet/compile-cache')
  const tally = new Tally(root)
  const together = files.filter((file) => !alone(file))
  await tellOf(tally, together, { concurrency: 2, timeout: timeoutMs })
  await tellOf(tally, files.filter(alone), { concurrency: 1, timeout: timeoutMs })
  const failing = tally.failedFiles()
  if (failing.length > 0 && failing.length <= secondTries) {
    console.log(`Once more: ${failing.join(', ')}`)
    tally.expectAgain(failing)
    await tellOf(tally, failing, { concurrency: 1, timeout: timeoutMs })
  }
  for (const paragraph of tally.report()) console.log(paragraph)
  if (files.length === 0) console.log('No test file matches.')
  console.log(tally.closingLine())
  return tally.failed === 0 && tally.passed > 0
}

async function tellOf(tally: Tally, files: string[], limits: { concurrency: number; timeout: number }) {
  if (files.length === 0) return // node:test would look for files itself
  const execArgv = process.env.CI
    ? ['--import', pathToFileURL(path.join(root, 'test/fixed-seeds.ts')).href]
    : []
  const events = run({ files: files.map((file) => path.join(root, file)), cwd: root, execArgv, ...limits })
  for await (const event of events) {
    const line = tally.take(event)
    if (line !== null) console.log(line)
  }
}
