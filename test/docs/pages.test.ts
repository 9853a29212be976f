/** What the documentation names exists: files, links, headings, declarations, names in code type, commands. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import {
  codeSpans,
  declaredNames,
  folderPages,
  isPath,
  linkMistakes,
  localLinks,
  mistakes,
  pageFiles,
  readPage,
  root,
  sourceWords,
} from './pages.ts'

const words = sourceWords()

/** How many paths a page names at least: fewer, and the check has stopped seeing them. */
const minPaths: Record<string, number> = { 'docs/PAPER.md': 60, 'docs/GLOSSARY.md': 40, 'docs/METHODS.md': 8 }

for (const file of pageFiles()) {
  // The changelog names what existed when it was written.
  const isHistory = file === 'CHANGELOG.md'
  test(`${file} names only what exists`, () => {
    const page = readPage(file)
    assert.deepEqual(isHistory ? linkMistakes(file, page) : mistakes(file, page, words), [])
    const paths = codeSpans(page).filter(isPath).length
    assert(paths >= (minPaths[file] ?? 0), `${file} names only ${paths} paths`)
  })
}

test('a page that names what does not exist is caught', () => {
  const page = [
    '`pipeline/reward/losses.ts#btMeanLoss` is there, so are `electron/pipeline/README.md`, `objective/kl`, `keptPenalty`.',
    '`pipeline/reward/losses.ts#btMedianLoss`, `pipeline/reward/gains.ts`, `objective/klx`, `keptPenalties`.',
    '[here](PAPER.md#every-formula), [there](https://arxiv.org/abs/2406.02756), [nowhere](NOWHERE.md), [no heading](PAPER.md#formulae)',
    '```\n`pipeline/in/a/block.ts`\n```',
    '`npm run demo`, `stet train ppo p.stet --placement token`, `npm run demon`, `npm run -s stet -- trian ppo`.',
    '',
    '    npm run -s stet -- judge p.stet a b --judge world --jugde world',
    '    node test/golden/remake.ts',
  ].join('\n')
  assert.deepEqual(mistakes('docs/X.md', page, words), [
    'pipeline/reward/losses.ts declares no btMedianLoss',
    'pipeline/reward/gains.ts does not exist',
    'objective/klx does not exist',
    'keptPenalties is not a word of the source',
    'there is no npm script demon',
    'there is no command stet trian',
    'no command of stet takes --jugde',
    'test/golden/remake.ts does not exist',
    'the link to NOWHERE.md leads nowhere',
    'docs/PAPER.md has no heading #formulae',
  ])
})

test('declarations are found whether exported or not, and nothing else is', () => {
  const names = declaredNames(path.join(root, 'electron/pipeline/ppo/update.ts'))
  assert(names.has('PpoUpdate') && names.has('ppoLoss') && names.has('trainedParameters'))
  assert(!names.has('policyLoss'), 'an import is not a declaration')
})

test('the README links to every page, and the list of decisions to each of them', () => {
  const isDecision = (file: string) => /^docs\/decisions\/\d{4}-/.test(file)
  const linksOf = (file: string) =>
    localLinks(readPage(file)).map((link) => path.posix.join(path.posix.dirname(file), link.split('#')[0]!))
  const fromReadme = new Set(['README.md', ...folderPages(), ...linksOf('README.md')])
  const fromList = new Set(linksOf('docs/decisions/README.md'))
  const unlinked = pageFiles().filter((file) => !(isDecision(file) ? fromList : fromReadme).has(file))
  assert.deepEqual(unlinked, [])
})

test('decisions are numbered without a gap', () => {
  const numbers = pageFiles().flatMap((file) => /^docs\/decisions\/(\d{4})-/.exec(file)?.[1] ?? [])
  assert(numbers.length >= 7)
  assert.deepEqual(
    numbers,
    numbers.map((_, i) => String(i + 1).padStart(4, '0')),
  )
})

test('the glossary has no term twice', () => {
  const entries = [...readPage('docs/GLOSSARY.md').matchAll(/^\| ([^|]+) \|/gm)].map((match) =>
    match[1]!.trim(),
  )
  const terms = entries.filter((entry) => entry !== 'term' && !/^-+$/.test(entry))
  assert(terms.length >= 40)
  assert.deepEqual(
    terms.filter((term, i) => terms.indexOf(term) !== i),
    [],
  )
})

test('PAPER.md gives the source of every formula, and explains every mark that it uses', () => {
  const page = readPage('docs/PAPER.md')
  const formulas = page.split('## Every formula')[1]!.split('## ')[0]!
  const sources = formulas
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split(' | ').at(-1)!)
  assert(sources.length >= 15)
  for (const source of sources) assert.match(source, /\b[ARSO]\b/, source)
  for (const mark of ['A', 'R', 'S', 'O']) assert(page.includes(`| **${mark}** |`))
})

test('METHODS.md gives every method its formula, code, source and golden values', () => {
  const rows = readPage('docs/METHODS.md')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| name |'))
  assert(rows.length >= 4)
  for (const row of rows) {
    const cells = row.replaceAll('\\|', '').split(' | ')
    assert.equal(cells.length, 5, row)
    assert.match(cells[2]!, /`[\w/.-]+\.tsx?#\w+`/, row)
    for (const cell of cells) assert.notEqual(cell.replace(/^\|| \|$/g, '').trim(), '', row)
  }
})
