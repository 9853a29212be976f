/** AUROC of token rewards by kind of error. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aurocByKind } from '../../../electron/pipeline/reward/auroc-by-kind.ts'

const token = (reward: number, ...kinds: string[]) => ({ reward, kinds })

test('a kind of flaw is compared only with tokens without flaws, not with other flaws', () => {
  const fair = [token(0.1), token(0.2)]
  assert.deepEqual(aurocByKind([...fair, token(-1, 'rude'), token(0.15, 'hedge'), token(9, 'wrong')]), {
    rude: 1,
    hedge: 0.5,
    wrong: 0,
  })
})

test('a token with two flaws counts for both', () => {
  assert.deepEqual(aurocByKind([token(0), token(-1, 'wrong', 'hedge')]), { wrong: 1, hedge: 1 })
})

test('there are no figures without tokens that have no flaw', () => {
  assert.deepEqual(aurocByKind([token(-1, 'rude')]), {})
})
