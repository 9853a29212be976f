import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { tokens13a } from '../../../electron/engine/statistics/bleu.ts'
import { corpusScore, sentenceScore, textMetrics } from '../../../electron/engine/statistics/text-metrics.ts'

type Scores = { chrf: number; ter: number; bleu: number }
interface Golden {
  sentences: ({ text: string; references: string[]; tokens13a: string[] } & Scores)[]
  corpus: Scores
  shortCorpus: Scores
}

const file = path.resolve(import.meta.dirname, '../../golden/text-metrics.json')
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden
const names = ['chrf', 'ter', 'bleu'] as const

function assertClose(actual: number, expected: number, what: string) {
  assert.ok(Math.abs(actual - expected) <= 1e-9, `${what}: ${actual}, sacrebleu has ${expected}`)
}

for (const name of names) {
  test(`${name} of every sentence and of the corpus equals sacrebleu's to 1e-9`, () => {
    for (const row of golden.sentences) {
      const score = sentenceScore(textMetrics[name], row.text, row.references)
      assertClose(score, row[name], JSON.stringify([row.text, row.references]))
    }
    assertClose(corpusScore(textMetrics[name], golden.sentences), golden.corpus[name], 'corpus')
    const short = [
      { text: 'a b', references: ['a b'] },
      { text: 'a', references: ['b'] },
    ]
    assertClose(corpusScore(textMetrics[name], short), golden.shortCorpus[name], 'short corpus')
  })
}

test('texts are split into the words of tokenisation 13a', () => {
  for (const { text, tokens13a: expected } of golden.sentences) assert.deepEqual(tokens13a(text), expected)
})

test('an exact match ignores white space at both ends only', () => {
  const score = (text: string) => sentenceScore(textMetrics.exact, text, ['a b', 'c'])
  assert.deepEqual(['a b', ' a b\n', 'c', 'a  b', 'A b', ''].map(score), [100, 100, 100, 0, 0, 0])
  const rows = ['c', 'd', 'e', 'f'].map((text) => ({ text, references: ['c'] }))
  assert.equal(corpusScore(textMetrics.exact, rows), 25)
})
