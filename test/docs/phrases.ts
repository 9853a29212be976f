/** The phrases that docs/STYLE.md replaces, and where texts for people are found in source files. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseSync } from 'vite'
import { root } from './pages.ts'

export interface Phrase {
  refused: RegExp
  /** What to write in its place. */
  write: string
}

/** One list for docs, messages, comments and test titles. A new entry belongs in the table of docs/STYLE.md too. */
export const phrases: Phrase[] = [
  { refused: /\b(go|goes|going|went) on\b/i, write: 'resume, continue' },
  { refused: /\bmend(s|ed|ing)?\b/i, write: 'fix' },
  { refused: /\bwhere absent\b/i, write: 'defaults to …, if omitted' },
  {
    refused: /(?<!\bthere )\b(is|are) no (?!longer\b|more\b|less\b|better\b|worse\b|faster\b|slower\b)/i,
    write: 'is not a, has no',
  },
  { refused: /\b(tell|tells|told) of\b|\b(is|are) told\b/i, write: 'reports, shows, says' },
  { refused: /\b(anew|afresh)\b/i, write: 'again, re-' },
  { refused: /\bso many\b/i, write: 'with this number of …' },
  { refused: /\b(somebody|nobody|whoever)\b/i, write: 'you, the user, the caller, none' },
  { refused: /\bof (its|their) own\b/i, write: 'its own, separate' },
  { refused: /\bby (itself|themselves)\b/i, write: 'on its own, automatically' },
  { refused: /\bnats an?\b|\b(tokens|verdicts|rewards|calls) a second\b|\bseconds a step\b/i, write: 'per' },
  {
    refused: /\bone an? (kind|scheme|stage|prompt|response|run|row|file|folder|step|token|pair)\b/i,
    write: 'one per',
  },
  { refused: /\bbrings? .{0,20}\bhome\b/i, write: 'import' },
  { refused: /\bleft standing\b|\bstands? in both\b/i, write: 'kept, unchanged' },
  { refused: /\bdoors?\b/i, write: 'entry point, transport' },
  { refused: /\blikes? best\b/i, write: 'prefers, has the best win rate' },
  { refused: /\bno say\b|\bat work\b/i, write: 'cannot, is busy' },
  { refused: /\bwent wrong that should not\b/i, write: 'unexpected error' },
  { refused: /\b(henceforth|hitherto|thereof|whereof|wherein|lest|ere)\b/i, write: 'a modern word' },
]

/** Whether any is in a text: most have none, and one search is quicker than many. */
const anyPhrase = new RegExp(phrases.map(({ refused }) => `(?:${refused.source})`).join('|'), 'i')

export interface Found {
  line: number
  /** The phrase as written. */
  phrase: string
  write: string
}

/** @returns the refused phrases of a text, with their line in it */
export function refusedIn(text: string): Found[] {
  if (!anyPhrase.test(text)) return []
  return phrases.flatMap(({ refused, write }) =>
    [...text.matchAll(new RegExp(refused, `${refused.flags}g`))].map((match) => ({
      line: 1 + (text.slice(0, match.index).match(/\n/g)?.length ?? 0),
      phrase: match[0],
      write,
    })),
  )
}

export interface Text {
  kind: 'string' | 'comment'
  /** Where it begins in the source. */
  start: number
  text: string
}

/** String literals, template texts, text of JSX and comments of a source file; no identifiers, no import paths. */
export function textsOf(file: string, source: string): Text[] {
  const { program, comments, errors } = parseSync(file, source)
  assert.deepEqual(errors, [], `${file} does not parse`)
  const texts: Text[] = comments.map(({ value, start }) => ({
    kind: 'comment',
    start,
    text: value.replace(/\n\s*\* ?/g, '\n'),
  }))
  visit(program, (text, start) => texts.push({ kind: 'string', start, text }))
  return texts
}

/** @returns the refused phrases of a source file's texts */
export function refusedInSource(file: string): (Found & Pick<Text, 'kind'>)[] {
  const source = readFileSync(path.join(root, file), 'utf8')
  return textsOf(file, source).flatMap(({ kind, start, text }) =>
    refusedIn(text).map((found) => ({
      ...found,
      kind,
      line: found.line + (source.slice(0, start).match(/\n/g)?.length ?? 0),
    })),
  )
}

/** Calls `take` for each text below a node of the syntax tree. */
function visit(node: unknown, take: (text: string, start: number) => void) {
  if (Array.isArray(node)) for (const child of node) visit(child, take)
  if (typeof node !== 'object' || node === null || !('type' in node)) return
  const start = 'start' in node && typeof node.start === 'number' ? node.start : 0
  if (node.type === 'Literal' || node.type === 'JSXText') {
    if ('value' in node && typeof node.value === 'string') take(node.value, start)
    return
  }
  if (node.type === 'TemplateElement') {
    const value = 'value' in node ? node.value : null
    if (typeof value === 'object' && value !== null && 'cooked' in value && typeof value.cooked === 'string')
      take(value.cooked, start)
    return
  }
  for (const [key, child] of Object.entries(node)) if (key !== 'source') visit(child, take)
}
