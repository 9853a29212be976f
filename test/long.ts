/**
 * Tries every promise as often as docs/RELIABILITY.md says, and writes what was counted into its table. Names of promises
 * or parts of paths choose some; the rows of the others stay as they are.
 */
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Figure } from './promises/count.ts'
import { page, withFigures } from './promises/reliability-page.ts'
import { root, runFiles } from './run-files.ts'

const patterns = process.argv.slice(2)
const files = globSync('test/promises/**/*.test.ts', { cwd: root })
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)))
  .sort()

const scratch = mkdtempSync(path.join(tmpdir(), 'stet-long-'))
const gathered = path.join(scratch, 'figures.jsonl')
process.env.STET_LONG = '1'
process.env.STET_FIGURES = gathered
// One at a time: many of them measure how long something takes.
const isWell = await runFiles(files, { timeoutMs: 3_600_000, alone: () => true })
const figures = existsSync(gathered)
  ? readFileSync(gathered, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Figure => JSON.parse(line))
  : []
for (const { promise, sentence } of figures) console.log(`${promise}: ${sentence}`)
if (isWell) writeFileSync(page, withFigures(readFileSync(page, 'utf8'), figures))
rmSync(scratch, { recursive: true })
process.exit(isWell ? 0 : 1)
