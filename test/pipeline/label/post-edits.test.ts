import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { labelEncodings } from '../../../electron/pipeline/label/label-encodings.ts'
import { encodeWords } from '../../../electron/pipeline/label/words.ts'
import { readSharedRows } from './shared-rows.ts'

interface PostEdit {
  rejected: string
  edited: string
  word_tags: string[]
  gap_tags: string[]
}

interface Tags {
  words: boolean[]
  gaps: boolean[]
}

/**
 * MLQE's tags as they follow from an alignment. Words are aligned regardless of case (as TER does); a word is BAD if it
 * is deleted or substituted, or kept with different case. A hunk that inserts more words than it deletes is BAD at the
 * gap where it begins.
 */
function tagsOf({ rejected, edited }: PostEdit): Tags {
  const [rejectedCase, editedCase] = encodeWords(rejected, edited).map(({ ids }) => ids) as [
    number[],
    number[],
  ]
  const [lowerRejected, lowerEdited] = encodeWords(rejected.toLowerCase(), edited.toLowerCase())
  const labels = labelEncodings(lowerRejected!, lowerEdited!)
  const tags: Tags = { words: [], gaps: [false] }
  let j = 0
  let surplus = 0
  let hunkStart = 0
  const closeHunk = () => {
    for (; labels.edited.labels[j] === 1; j++) surplus++
    if (surplus > 0) tags.gaps[hunkStart] = true
    surplus = 0
  }
  for (const [i, label] of labels.rejected.labels.entries()) {
    tags.gaps.push(false)
    if (label === -1) {
      tags.words.push(true)
      surplus--
      continue
    }
    closeHunk()
    tags.words.push(rejectedCase[i] !== editedCase[j])
    j++
    hunkStart = i + 1
  }
  closeHunk()
  return tags
}

function compare(rows: PostEdit[], key: 'words' | 'gaps') {
  const counts = { both: 0, ours: 0, theirs: 0 }
  for (const row of rows) {
    const given = key === 'words' ? row.word_tags : row.gap_tags
    const tags = tagsOf(row)[key]
    assert.equal(tags.length, given.length)
    for (const [i, isBad] of tags.entries()) {
      counts.both += Number(isBad && given[i] === 'BAD')
      counts.ours += Number(isBad)
      counts.theirs += Number(given[i] === 'BAD')
    }
  }
  return { precision: counts.both / counts.ours, recall: counts.both / counts.theirs }
}

function assertReproduced(t: TestContext, file: string): void {
  const rows = readSharedRows<PostEdit>(t, file)
  if (!rows) return
  const words = compare(rows, 'words')
  assert.ok(words.precision >= 0.99 && words.recall >= 0.99, JSON.stringify(words))
  // The gap of an insertion is often a tie, which MLQE's tool does not break in favour of fewer hunks.
  const gaps = compare(rows, 'gaps')
  assert.ok(gaps.precision >= 0.96 && gaps.recall >= 0.96, JSON.stringify(gaps))
  t.diagnostic(`${file}: words ${JSON.stringify(words)}, gaps ${JSON.stringify(gaps)}`)
}

test("MLQE's tags are reproduced: Estonian, development set", (t) => {
  assertReproduced(t, 'edits_mlqe_et-en_dev.jsonl.gz')
})

test("MLQE's tags are reproduced: Romanian, development set", (t) => {
  assertReproduced(t, 'edits_mlqe_ro-en_dev.jsonl.gz')
})

test("MLQE's tags are reproduced: Estonian, training set", (t) => {
  assertReproduced(t, 'edits_mlqe_et-en_train.jsonl.gz')
})
