/** Runs test files, each in a process of its own, and says what came of them as people read it. */
import path from 'node:path'
import { run } from 'node:test'
import { Tally } from './tally.ts'

export const root = path.resolve(import.meta.dirname, '..')

/** @returns whether all is well: some test passed and none failed. Its last line counts them. */
export async function runFiles(files: string[], limits: { timeoutMs: number }): Promise<boolean> {
  const tally = new Tally(root)
  const events = run({
    files: files.map((file) => path.join(root, file)),
    cwd: root,
    concurrency: 2,
    timeout: limits.timeoutMs,
  })
  for await (const event of events) {
    const line = tally.take(event)
    if (line !== null) console.log(line)
  }
  for (const paragraph of tally.report()) console.log(paragraph)
  if (files.length === 0) console.log('No test file matches.')
  console.log(tally.closingLine())
  return tally.failed === 0 && tally.passed > 0
}
