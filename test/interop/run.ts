/**
 * Runs every check of this folder with a Python that has the peers' packages, and writes the table of docs/INTEROP.md.
 * Each `check_*.py` prints one JSON line per row: `{row, ok, detail}`.
 *
 *     npm run test:interop -- --python PATH [PATTERN]
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'

const Row = z.object({ row: z.string(), ok: z.boolean(), detail: z.string() })
type Row = z.infer<typeof Row>

const here = import.meta.dirname
const page = path.resolve(here, '../../docs/INTEROP.md')

const { values, positionals } = parseArgs({
  options: { python: { type: 'string', default: 'python3' } },
  allowPositionals: true,
})
const scripts = readdirSync(here)
  .filter((name) => /^check_.*\.py$/.test(name))
  .filter((name) => positionals.every((pattern) => name.includes(pattern)))
  .sort()
let failed = 0
for (const script of scripts) {
  const rows = rowsOf(script)
  for (const { row, ok, detail } of rows) console.log(`${ok ? 'ok  ' : 'FAIL'} ${script}  ${row}: ${detail}`)
  failed += rows.filter(({ ok }) => !ok).length
  writeTable(script, rows)
}
process.exit(failed === 0 && scripts.length > 0 ? 0 : 1)

/** A script that ends badly is one more row. */
function rowsOf(script: string): Row[] {
  const { stdout, stderr, status } = spawnSync(values.python, [path.join(here, script)], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  const rows = (stdout ?? '')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => Row.parse(JSON.parse(line)))
  const lastLine = (stderr ?? '').trim().split('\n').at(-1) ?? ''
  return status === 0 && rows.length > 0
    ? rows
    : [...rows, { row: script, ok: false, detail: `ended with ${status}: ${lastLine}` }]
}

/** Replaces what stands between the script's two marks on the page. */
function writeTable(script: string, rows: Row[]): void {
  const [start, end] = [`<!-- ${script} -->\n`, `<!-- end of ${script} -->`]
  const text = readFileSync(page, 'utf8')
  if (!text.includes(start))
    throw new Error(`docs/INTEROP.md has no place for the rows of ${script}: ${start}`)
  const cells = rows.map(({ row, ok, detail }) =>
    [row, ok ? 'as expected' : '**wrong**', detail.replaceAll('|', '\\|').replaceAll('\n', ' ')].join(' | '),
  )
  const table = ['| what | result | detail |', '|---|---|---|', ...cells.map((cell) => `| ${cell} |`)].join(
    '\n',
  )
  const [before, rest] = text.split(start) as [string, string]
  writeFileSync(page, `${before}${start}\n${table}\n\n${rest.slice(rest.indexOf(end))}`)
}
