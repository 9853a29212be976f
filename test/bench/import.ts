/**
 * Measures importing: `node test/bench/import.ts [ROWS] [FILE]` generates this many edited rows of about a kilobyte
 * (or reads a file), imports them into a new project and prints seconds, rows per second and peak memory as JSON.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { writeFileAtomic } from '../../electron/engine/formats/atomic.ts'
import { readRows } from '../../electron/pipeline/data/read.ts'
import { describeFile } from '../../electron/storage/datasets.ts'
import { importRows } from '../../electron/storage/import-rows.ts'
import { createProject } from '../../electron/storage/project.ts'

const count = Number(process.argv[2] ?? 100_000)
const folder = mkdtempSync(path.join(os.tmpdir(), 'stet-bench-'))

function* rows(): Generator<string> {
  const words = 'the quick brown fox jumps over a lazy dog while everyone looks'.split(' ')
  for (let n = 0; n < count; n++) {
    const text = Array.from({ length: 80 }, (_, index) => words[(n * 7 + index * index) % words.length]).join(
      ' ',
    )
    const row = {
      id: `row-${n}`,
      prompt: `Say it again (${n}).`,
      rejected: text,
      edited: text.replace('fox', 'cat'),
    }
    yield `${JSON.stringify({ ...row, hter: n / count, tags: words.slice(0, n % 12) })}\n`
  }
}

try {
  const file = process.argv[3] ?? path.join(folder, 'rows.jsonl')
  if (!process.argv[3]) await writeFileAtomic(file, rows())
  const project = await createProject(path.join(folder, 'bench.stet'), 'bench')
  const beforeBytes = process.memoryUsage.rss()
  const start = performance.now()
  const described = await describeFile(file)
  const result = await importRows(project.db, readRows(file), { name: 'bench', files: [described] })
  const seconds = (performance.now() - start) / 1000
  project.close()
  const { imported, duplicates, bad } = result
  const peakMiB = process.resourceUsage().maxRSS / 1024
  const figures = { sizeBytes: described.sizeBytes, imported, duplicates, bad: bad.length, seconds }
  console.log(
    JSON.stringify({
      ...figures,
      rowsPerSecond: imported / seconds,
      beforeMiB: beforeBytes / 2 ** 20,
      peakMiB,
    }),
  )
} finally {
  rmSync(folder, { recursive: true })
}
