import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import * as storage from '../../electron/storage/index.ts'
import { newProject } from './scratch.ts'

const { db } = await newProject()
const evaluate = () =>
  storage.createEvaluation(db, { kind: 'blind', name: 'a against b', runId: null, config: {} }).id

const judged = (pairId: string) => ({
  pairId,
  judge: 'ann',
  swapped: true,
  preference: 1,
  elapsedMs: 3,
  rawReply: '',
})
const skipped = (pairId: string) => ({ pairId, judge: 'ann', swapped: true, elapsedMs: 3 })

/** Pairs judged and pairs skipped. */
function answersOf(id: string) {
  const pairsOf = (answers: { pairId: string }[]) => answers.map(({ pairId }) => pairId)
  return [pairsOf(storage.listJudgements(db, id)), pairsOf(storage.listSkippedPairs(db, id))]
}

test('skipped pairs are kept as given, apart from the judgements', () => {
  const id = evaluate()
  storage.addSkippedPair(db, id, skipped('p'))
  storage.addSkippedPair(db, id, { ...skipped('q'), swapped: false })
  assert.deepEqual(storage.listSkippedPairs(db, id), [skipped('p'), { ...skipped('q'), swapped: false }])
  assert.deepEqual(storage.listJudgements(db, id), [])
  assert.deepEqual(storage.listSkippedPairs(db, evaluate()), [])
})

test('undo removes whichever came last, back to the first, whatever another evaluation does', () => {
  const answers = fc.array(fc.constantFrom('judge', 'skip', 'undo', 'elsewhere'), { maxLength: 20 })
  fc.assert(
    fc.property(answers, (actions) => {
      const [id, other] = [evaluate(), evaluate()]
      const expected: { pairId: string; isSkip: boolean }[] = []
      for (const [i, action] of actions.entries()) {
        const pairId = `p${i}`
        if (action === 'elsewhere') storage.addJudgements(db, other, [judged(pairId)])
        if (action === 'undo') {
          assert.equal(storage.deleteLastAnswer(db, id), expected.pop() !== undefined)
        }
        if (action === 'judge') {
          storage.addJudgements(db, id, [judged(pairId)])
          expected.push({ pairId, isSkip: false })
        }
        if (action === 'skip') {
          storage.addSkippedPair(db, id, skipped(pairId))
          expected.push({ pairId, isSkip: true })
        }
        const pairsOf = (isSkip: boolean) =>
          expected.filter((answer) => answer.isSkip === isSkip).map((answer) => answer.pairId)
        assert.deepEqual(answersOf(id), [pairsOf(false), pairsOf(true)])
      }
    }),
    { numRuns: 40 },
  )
})
