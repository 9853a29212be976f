/** Rows of the public data next to the repository. */
import { readFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { sharedData } from '../../shared-data.ts'

/** @returns the rows of a gzipped JSONL file, or null (and the test is skipped) if the data is missing */
export function readSharedRows<T>(t: TestContext, name: string): T[] | null {
  const file = sharedData(name)
  if (!file) {
    t.skip(`${name} isn't there: this test needs the public data beside the repository.`)
    return null
  }
  const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n')
  return lines.map((line) => JSON.parse(line))
}
