import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diffEdit } from '../../../renderer/annotate/edit-diff.ts'
import { startsOf } from '../../../renderer/annotate/find.ts'
import { correctionsHere, findRepeats, sentenceOfRepeat } from '../../../renderer/annotate/repeats.ts'

const apply = (text: string, repeats: ReturnType<typeof findRepeats>) =>
  [...repeats]
    .reverse()
    .reduce((all, { from, to, insert }) => all.slice(0, from) + insert + all.slice(to), text)

test('what was corrected in earlier edits is found in the text, but not where the annotator has changed it', () => {
  const rejected = 'We utilise it, they utilise it; and utilised it was.'
  const edited = 'We employ it, they utilise it; and utilised it was.'
  const use = { from: 'utilise', to: 'use', times: 3 }
  const repeats = findRepeats(edited, diffEdit(rejected, edited).hunks, [use])
  assert.equal(apply(edited, repeats), 'We employ it, they use it; and utilised it was.')
})

test('what is removed again takes one space with it', () => {
  const removal = { from: 'I suppose', to: '', times: 2 }
  const remove = (text: string) => apply(text, findRepeats(text, [], [removal]))
  assert.equal(remove('I suppose it is. It is I suppose fine, I suppose.'), 'it is. It is fine,.')
})

test('one change in this text is offered for the same words elsewhere in it, short words and two results are not', () => {
  const rejected = 'The vessel left at ten. The vessel is late.'
  const here = (edited: string) => correctionsHere(rejected, edited, diffEdit(rejected, edited).hunks)
  const once = here('The ferry left at two. The vessel is late.')
  assert.deepEqual(once, [{ from: 'vessel', to: 'ferry', times: 1 }])
  assert.deepEqual(here('The ferry left at ten. The boat is late.'), [])
})

test('the sentence says what was done and how often', () => {
  assert.equal(
    sentenceOfRepeat({ from: 'utilise', to: 'use', times: 3 }),
    'You changed “utilise” to “use” 3 times before.',
  )
  assert.equal(sentenceOfRepeat({ from: 'I suppose', to: '', times: 1 }), 'You removed “I suppose” here.')
})

test('a search finds words without regard to case, also in texts whose letters change their length', () => {
  assert.deepEqual(startsOf('Sea, sea and SEA', 'sea'), [0, 5, 13])
  assert.deepEqual(startsOf('İstanbul: sea', 'sea'), [10])
  assert.deepEqual(startsOf('sea', ''), [])
})
