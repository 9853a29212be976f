/** The count that CI reads, and how failures and skipped tests are reported. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'stet-tally-'))
after(() => rmSync(scratch, { recursive: true }))

/** Runs one test file and tallies it, in a process that is not itself a test (node:test does not nest). */
function tally(name: string, text: string, { again = false } = {}): { closingLine: string; report: string } {
  const file = path.join(scratch, name)
  writeFileSync(file, text)
  const script = `
    import { run } from 'node:test'
    import { Tally } from ${JSON.stringify(new URL('tally.ts', import.meta.url).href)}
    const [scratch, file] = ${JSON.stringify([scratch, file])}
    const tally = new Tally(scratch)
    const once = async () => { for await (const event of run({ files: [file], cwd: scratch })) tally.take(event) }
    await once()
    if (${again}) { tally.expectAgain(tally.failedFiles()); await once() }
    console.log(JSON.stringify({ closingLine: tally.closingLine(), report: tally.report().join('\\n') }))`
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const runner = path.join(scratch, 'runner.mjs')
  writeFileSync(runner, script)
  const child = spawnSync(process.execPath, [runner], { env, encoding: 'utf8' })
  return JSON.parse(child.stdout)
}

const imports = "import assert from 'node:assert/strict'\nimport { describe, test } from 'node:test'\n"

test('passed, failed and skipped tests are counted, a failing group not beside its failing member', () => {
  const { closingLine, report } = tally(
    'mixed.test.ts',
    `${imports}test('good', () => {})
     test('bad', () => assert.equal(1, 2))
     test('later', { skip: 'no data here' }, () => {})
     describe('group', () => { test('worse', () => { throw new Error('out of cheese') }) })`,
  )
  assert.equal(closingLine, '1 passed, 2 failed, 1 skipped')
  assert.match(report, /skipped: mixed\.test\.ts: later \(no data here\)/)
  assert.match(report, /FAILED mixed\.test\.ts:4\n {2}bad\n/)
  assert.match(report, /out of cheese/)
})

test('a file that runs a second time is counted once, and what failed at first is reported as flaky', () => {
  const twice = `import { existsSync, writeFileSync } from 'node:fs'
     const mark = ${JSON.stringify(path.join(scratch, 'mark'))}
     test('steady', () => {})
     test('shaky', () => { if (!existsSync(mark)) { writeFileSync(mark, ''); throw new Error('too soon') } })`
  const { closingLine, report } = tally('twice.test.ts', `${imports}${twice}`, { again: true })
  assert.equal(closingLine, '2 passed, 0 failed')
  assert.match(report, /FLAKY twice\.test\.ts:\d+\n {2}shaky: failed, then ran again\n {4}too soon/)
  const bad = `test('bad', () => assert.equal(1, 2))`
  assert.equal(tally('bad.test.ts', `${imports}${bad}`, { again: true }).closingLine, '0 passed, 1 failed')
})

test('nothing skipped, nothing said of it', () => {
  assert.equal(tally('good.test.ts', `${imports}test('good', () => {})`).closingLine, '1 passed, 0 failed')
})

test('a file that does not load, ends early or holds no test is a failure, told with its output', () => {
  const broken = tally('broken.test.ts', "throw new Error('no such file')")
  assert.equal(broken.closingLine, '0 passed, 1 failed')
  assert.match(broken.report, /no such file/)
  assert.match(tally('early.test.ts', `${imports}test('good', () => process.exit(3))`).report, /exit code 3/)
  assert.equal(tally('empty.test.ts', 'export {}').closingLine, '0 passed, 1 failed')
})
