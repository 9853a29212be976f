/** Texts for people are written in the English that docs/STYLE.md asks for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pageFiles, readPage, sourceFiles } from './pages.ts'
import { phrases, refusedIn, refusedInSource, textsOf } from './phrases.ts'

/** STYLE.md quotes what it refuses in its last section. */
const readChecked = (file: string) =>
  file === 'docs/STYLE.md' ? readPage(file).split('## English')[0]! : readPage(file)

test('the documentation has no refused phrase', () => {
  const found = pageFiles().flatMap((file) =>
    refusedIn(readChecked(file)).map(({ line, phrase, write }) => `${file}:${line} "${phrase}": ${write}`),
  )
  assert.deepEqual(found, [])
})

test('no string and no comment of the source has a refused phrase', () => {
  const files = sourceFiles()
  assert(files.length > 100)
  const found = files.flatMap((file) =>
    refusedInSource(file).map(({ line, phrase, write }) => `${file}:${line} "${phrase}": ${write}`),
  )
  assert.deepEqual(found, [])
})

test('refused phrases are found, and the words around them are left alone', () => {
  const old = 'The run goes on\nwhere it was; mended by nobody. It is no judge. By itself it is told anew.'
  assert.deepEqual(
    refusedIn(old)
      .map(({ line, phrase }) => `${line} ${phrase}`)
      .sort(),
    ['1 goes on', '2 By itself', '2 anew', '2 is no ', '2 is told', '2 mended', '2 nobody'],
  )
  const modern =
    'There is no run. It is no longer needed, recommended and amended. The goal on top. It tells them apart.'
  assert.deepEqual(refusedIn(modern), [])
})

test('texts of a source file are its strings, templates, JSX and comments, not its names', () => {
  const source = [
    "/** A comment\n * that mends. */\nimport { goOn } from './mend.ts'",
    `export const mend = <p title="a title">Goes on {\`a \${goOn} template\`}</p>`,
  ].join('\n')
  assert.deepEqual(
    textsOf('a.tsx', source).map(({ kind, text }) => [kind, text.trim()]),
    [
      ['comment', '* A comment\nthat mends.'],
      ['string', 'a title'],
      ['string', 'Goes on'],
      ['string', 'a'],
      ['string', 'template'],
    ],
  )
})

test('no replacement is itself refused', () => {
  assert.deepEqual(
    phrases.flatMap(({ write }) => refusedIn(write)),
    [],
  )
})

test('every phrase that docs/STYLE.md lists as refused is refused', () => {
  const rows = readPage('docs/STYLE.md')
    .split('### Refused')[1]!
    .split('###')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) => line.split('|')[2]!)
  assert(rows.length >= 15)
  const missed = rows
    .flatMap((row) => row.split(','))
    .filter((phrase) => refusedIn(`It ${phrase}.`).length === 0)
  assert.deepEqual(missed, [])
})
