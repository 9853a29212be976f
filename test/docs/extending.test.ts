/** docs/EXTENDING.md counts the files that an addition touches, and lists as many. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPage } from './pages.ts'

const rowsOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| to add') && !line.startsWith('| file'))
    .map((line) => line.slice(2, -2).split(' | '))

test('each kind of addition has a section that lists as many files as the overview says', () => {
  const [overview, ...sections] = readPage('docs/EXTENDING.md').split('\n## ')
  const counted = rowsOf(overview!).map(([name, count]) => [/\[(.+)\]/.exec(name!)![1], Number(count)])
  const listed = sections.map((section) => [section.split('\n')[0]!, rowsOf(section).length] as const)
  const lowerFirst = (text: string) => text[0]!.toLowerCase() + text.slice(1)
  assert(counted.length >= 10)
  assert.deepEqual(
    counted,
    listed.map(([name, count]) => [lowerFirst(name), count]),
  )
})
