/**
 * A reward model earns nothing by paying for length. In the synthetic pairs the edited text is always the longer one,
 * and nothing else tells the two apart: tokens that edits change look different from kept ones, but inserted tokens are
 * drawn as deleted ones are. Half of the edits only insert.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { RewardConfig, type RewardScheme } from '../../../electron/contract/run-kinds/reward.ts'
import { addScoreHead, disposeModel } from '../../../electron/engine/model/model.ts'
import { loadModel } from '../../../electron/engine/model/sources/load-and-save.ts'
import { uniforms } from '../../../electron/engine/random.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { sideWeights } from '../../../electron/pipeline/reward/balance.ts'
import { labelledTokens } from '../../../electron/pipeline/reward/evaluate.ts'
import type { LabelledResponse, RewardPair } from '../../../electron/pipeline/reward/examples.ts'
import { trainReward } from '../../../electron/pipeline/reward/train.ts'
import { quiet } from '../../invariant/steps.ts'
import { temporaryFolder, toyTokenizer, writeToyModel } from '../../invariant/toy.ts'

const folder = temporaryFolder()
const { eosId, padId } = toyTokenizer()
const drawn = uniforms({ seed: 18, stream: 'test/length' }, 0, 20_000)
let next = 0
const below = (n: number) => Math.floor(drawn[next++]! * n)
const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i))
/** Two vocabularies: of the tokens that edits keep, and of those that they delete or insert. */
const kept = () => 10 + below(20)
const changed = () => 40 + below(20)

before(async () => {
  await openRuntime({ kind: 'wasm' })
  await writeToyModel(folder)
})

/** @param counts changed tokens of each side, in one place of the same 8 kept tokens */
function pair(counts: { rejected: number; chosen: number }): RewardPair {
  const [start, end] = [many(4, kept), many(4, kept)]
  const query = many(3, kept)
  const side = (count: number, label: number): LabelledResponse => ({
    query,
    response: [...start, ...many(count, changed), ...end, eosId],
    labels: [...start.map(() => 0), ...many(count, () => label), ...end.map(() => 0), 0],
  })
  return { itemId: 'item', rejected: side(counts.rejected, -1), chosen: side(counts.chosen, 1) }
}

/** One edit in two inserts and deletes nothing; the others replace one token by several. */
const lengthAloneOrders = () =>
  many(64, () =>
    below(2) === 0
      ? pair({ rejected: 0, chosen: 1 + below(4) })
      : pair({ rejected: 1, chosen: 2 + below(4) }),
  )

/** Mean reward of held-out tokens that look changed, counted from that of kept ones: what one more of them earns. */
async function gainOfLength(scheme: RewardScheme): Promise<number> {
  next = 0
  const model = loadModel(folder)
  addScoreHead(model, 1)
  const config = RewardConfig.parse({ scheme, epochs: 12, batchSize: 16, learningRate: 0.01 })
  const { heldout, keptMean } = await trainReward(
    { model, padId, train: lengthAloneOrders(), heldout: lengthAloneOrders(), anchors: [] },
    config,
    quiet(),
  )
  disposeModel(model)
  const { rewards, labels } = labelledTokens(heldout!.scored)
  const gains = rewards.filter((_, i) => labels[i] !== 0).map((reward) => reward - keptMean!)
  return gains.reduce((sum, gain) => sum + gain, 0) / gains.length
}

test('the default scheme pays nothing for length, unlike sums and means over changed tokens', async () => {
  const sum = await gainOfLength('bt-changed')
  assert.ok(sum > 0.4, `bt-changed pays ${sum} per token`)
  const mean = await gainOfLength('bt-mean-changed')
  assert.ok(mean > 0.2, `bt-mean-changed pays ${mean} per token`)
  const balanced = await gainOfLength(RewardConfig.parse({}).scheme)
  assert.ok(Math.abs(balanced) < 0.1, `the default pays ${balanced} per token`)
})

test('of pairs that only insert and pairs that only delete, the more frequent ones are weighted down', () => {
  const pairs = [
    pair({ rejected: 0, chosen: 1 }),
    pair({ rejected: 0, chosen: 3 }),
    pair({ rejected: 2, chosen: 1 }),
    pair({ rejected: 0, chosen: 2 }),
    pair({ rejected: 1, chosen: 0 }),
    pair({ rejected: 0, chosen: 1 }),
    pair({ rejected: 0, chosen: 0 }),
  ]
  assert.deepEqual(sideWeights(pairs), [1 / 4, 1 / 4, 1, 1 / 4, 1, 1 / 4, 1])
  assert.deepEqual(
    sideWeights(pairs.slice(0, 3)),
    [0, 0, 1],
    'without deletions, insertions cannot be balanced',
  )
})

test('edits that all delete, or all insert, count fully: nothing else can be learned from them', () => {
  const deletions = many(3, () => pair({ rejected: 2, chosen: 0 }))
  assert.deepEqual(sideWeights(deletions), [1, 1, 1])
  assert.deepEqual(sideWeights([...deletions, pair({ rejected: 0, chosen: 1 })]), [1 / 3, 1 / 3, 1 / 3, 1])
})
