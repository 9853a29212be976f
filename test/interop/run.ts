/**
 * Runs every check of this folder with a Python that has the peers' packages, and writes the table of docs/INTEROP.md.
 * Each `check_*.py` prints one JSON line per row: `{row, ok, detail}`. A table stays as it was if its script fails or
 * leaves out one of its rows.
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
  options: { python: { type: 'string' } },
  allowPositionals: true,
})
const scripts = readdirSync(here)
  .filter((name) => /^check_.*\.py$/.test(name))
  .filter((name) => positionals.every((pattern) => name.includes(pattern)))
  .sort()
process.exit(runAll(values.python, scripts) ? 0 : 1)

/** @returns whether every script ran to its end and found what it expects */
function runAll(python: string | undefined, scripts: readonly string[]): boolean {
  if (python === undefined) {
    console.error(
      'Which Python? Name one that has the packages of docs/INTEROP.md: npm run test:interop -- --python PATH',
    )
    return false
  }
  if (scripts.length === 0)
    console.error(`No check_*.py in test/interop has ${positionals.join(' ')} in its name.`)
  const passed = scripts.map((script) => passes(python, script))
  return passed.length > 0 && passed.every(Boolean)
}

function passes(python: string, script: string): boolean {
  const { rows, error } = run(python, script)
  for (const { row, ok, detail } of rows) console.log(`${ok ? 'ok  ' : 'FAIL'} ${script}  ${row}: ${detail}`)
  const failure = error ?? writeTable(script, rows)
  if (failure !== null)
    console.log(`FAIL ${script}  ${failure} Its table in docs/INTEROP.md stays as it was.`)
  return failure === null && rows.every(({ ok }) => ok)
}

/** @returns the rows that a script prints, and a sentence if it fails */
function run(python: string, script: string): { rows: Row[]; error: string | null } {
  const { stdout, stderr, status, signal, error } = spawnSync(python, [path.join(here, script)], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  if (error) return { rows: [], error: `${python} cannot run it: ${error.message}.` }
  const rows = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => Row.parse(JSON.parse(line)))
  const lastLine = stderr.trim().split('\n').at(-1)
  if (status !== 0) return { rows, error: `It ended with ${status ?? signal}: ${lastLine}.` }
  return { rows, error: rows.length > 0 ? null : 'It printed no row.' }
}

/**
 * Replaces the text between the script's two marks on the page.
 * @returns a sentence if it would lose rows, as it would without a package that some of them need
 */
function writeTable(script: string, rows: Row[]): string | null {
  const [start, end] = [`<!-- ${script} -->\n`, `<!-- end of ${script} -->`]
  const [before, rest] = readFileSync(page, 'utf8').split(start)
  if (rest === undefined) return `docs/INTEROP.md has no place for its rows: add ${start.trim()} and ${end}.`
  const table = tableOf(rows)
  const names = (text: string) => text.split('\n').map((line) => line.split(' | ')[0]!)
  const written = new Set(names(table))
  const missing = names(rest.slice(0, rest.indexOf(end))).filter(
    (name) => name.startsWith('| ') && !written.has(name),
  )
  if (missing.length > 0)
    return `It did not print ${missing.map((name) => `"${name.slice(2)}"`).join(', ')}: install what these rows need, or delete them from the page.`
  writeFileSync(page, `${before}${start}\n${table}\n\n${rest.slice(rest.indexOf(end))}`)
  return null
}

function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ row, ok, detail }) =>
    [row, ok ? 'as expected' : '**wrong**', detail.replaceAll('|', '\\|').replaceAll('\n', ' ')].join(' | '),
  )
  return ['| what | result | detail |', '|---|---|---|', ...cells.map((cell) => `| ${cell} |`)].join('\n')
}
