/**
 * Measures importing: `node test/bench/import.ts [ROWS] [FILE]` generates this many edited rows of about a kilobyte
 * (or reads a file), imports them into a new project and prints seconds, rows and MB per second, peak memory, and how long saves of another
 * client took meanwhile, as JSON.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { writeFileAtomic } from '../../electron/engine/formats/atomic.ts'
import { makeItem } from '../../electron/pipeline/data/item.ts'
import { readRows } from '../../electron/pipeline/data/read.ts'
import { describeFile } from '../../electron/storage/datasets.ts'
import { importRows } from '../../electron/storage/import-rows.ts'
import { addItems, saveAnnotation } from '../../electron/storage/index.ts'
import { createProject } from '../../electron/storage/project.ts'

/** Another client saves this often. */
const saveEveryMs = 50

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
  const other = makeItem({
    source: 'bench',
    prompt: [{ role: 'user', content: 'Another?' }],
    rejected: 'Yes.',
  })
  addItems(project.db, [other])
  const waits: number[] = []
  let dueAt = performance.now()
  const saving = setInterval(() => {
    saveAnnotation(project.db, {
      itemId: other.id,
      annotator: 'other',
      state: 'draft',
      edited: `save ${waits.length}`,
      operations: [],
      elapsedMs: 0,
      provenance: 'human',
      createdAt: null,
    })
    waits.push(performance.now() - dueAt)
    dueAt = performance.now() + saveEveryMs
  }, saveEveryMs)
  const start = performance.now()
  const cpuBefore = process.cpuUsage()
  const described = await describeFile(file)
  const result = await importRows(project.db, readRows(file), { name: 'bench', files: [described] })
  const seconds = (performance.now() - start) / 1000
  const cpu = process.cpuUsage(cpuBefore)
  clearInterval(saving)
  waits.sort((a, b) => a - b)
  const waitAt = (share: number) => waits[Math.min(waits.length - 1, Math.floor(share * waits.length))]
  project.close()
  const { imported, duplicates, bad } = result
  const peakMiB = process.resourceUsage().maxRSS / 1024
  const figures = { sizeBytes: described.sizeBytes, imported, duplicates, bad: bad.length, seconds }
  console.log(
    JSON.stringify({
      ...figures,
      rowsPerSecond: imported / seconds,
      mbPerSecond: described.sizeBytes / 1e6 / seconds,
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      saves: { count: waits.length, medianMs: waitAt(0.5), p95Ms: waitAt(0.95), maxMs: waitAt(1) },
      beforeMiB: beforeBytes / 2 ** 20,
      peakMiB,
    }),
  )
} finally {
  rmSync(folder, { recursive: true })
}
