/** docs/ARCHITECTURE.md shows the table of layers that the architecture test enforces. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostSubjects, type Layer, layers } from '../layers.ts'
import { readPage } from './pages.ts'

const asCode = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ') || '–'

/** The cells of a layer that the page must show as they are: all but its role. */
function cellsOf({ folder, layers: others, packages, node }: Layer): string[] {
  return [`\`${folder}/\``, asCode(others), asCode(packages), node ? 'yes' : 'no']
}

test('docs/ARCHITECTURE.md has the layers of test/layers.ts, in their order', () => {
  const section = readPage('docs/ARCHITECTURE.md').split('## Layers')[1]!.split('\n## ')[0]!
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.slice(2, -2).split(' | '))
  const roles = new Map(rows.map(([folder, role]) => [folder, role]))
  const wanted = layers.map(cellsOf).map(([folder, ...rest]) => [folder, roles.get(folder) ?? '', ...rest])
  const table = wanted.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  assert.deepEqual(rows, wanted, `The rows of the table should be:\n${table}`)
  for (const [folder, role] of rows) assert(role!.length > 10, `${folder} has no role`)
})

test('docs/ARCHITECTURE.md lists the subjects of the host in their order', () => {
  const line = /nothing uses the entry points: (.+?)\./.exec(readPage('docs/ARCHITECTURE.md'))![1]!
  assert.equal(line, asCode(hostSubjects))
})
