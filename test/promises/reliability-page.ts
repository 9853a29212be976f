/** The table of docs/RELIABILITY.md: one row per promise, with what the last long run has counted. */
import path from 'node:path'
import type { Figure } from './count.ts'
import { type PromiseName, promises } from './promises.ts'

export const page = path.resolve(import.meta.dirname, '../../docs/RELIABILITY.md')

const begin = '<!-- counted by npm run test:long -->\n'
const end = '<!-- end of the counts -->'

/** Replaces the rows of the promises that have figures; the other rows stay. */
export function withFigures(text: string, figures: readonly Figure[]): string {
  const [before, old, after] = partsOf(text)
  const names = Object.keys(promises) as PromiseName[]
  const rows = names.map((name) => {
    const sentences = figures.filter(({ promise }) => promise === name).map(({ sentence }) => sentence)
    const counted =
      sentences.length > 0 ? sentences.join('<br>') : (countedOf(old, name) ?? 'not counted yet')
    return `| ${promises[name]} | ${counted} |\n`
  })
  return `${before}${begin}\n| promise | counted |\n|---|---|\n${rows.join('')}\n${end}${after}`
}

/** The promises in the page's table, in its order. */
export function promisedIn(text: string): string[] {
  const [, table] = partsOf(text)
  return table
    .split('\n')
    .flatMap((line) => /^\| (.+?) \| /.exec(line)?.[1] ?? [])
    .slice(1)
}

function countedOf(table: string, name: PromiseName): string | undefined {
  const start = `| ${promises[name]} | `
  return table
    .split('\n')
    .find((line) => line.startsWith(start))
    ?.slice(start.length, -' |'.length)
}

/** @throws if the page has no table */
function partsOf(text: string): [string, string, string] {
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error('docs/RELIABILITY.md has lost the marks around its table.')
  return [text.slice(0, from), text.slice(from + begin.length, to), text.slice(to + end.length)]
}
