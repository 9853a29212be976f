/** Best of n by the verbs generate and judge, on a toy policy and toy reward models. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { createRouterClient } from '@orpc/server'
import { silentHooks } from '../../../electron/contract/events.ts'
import { respond } from '../../../electron/host/judge/outputs.ts'
import { openHost } from '../../../electron/host/router.ts'
import { writeRewardCard } from '../../../electron/pipeline/reward/card.ts'
import { toyRows, toyTokenizer, writeToyModel } from '../../invariant/toy.ts'
import { resultOf } from '../client.ts'
import { temporaryFolder, writeRows } from '../entry/cli-process.ts'
import { makeToyProject } from '../toy-project.ts'

process.env.STET_RUNTIME = 'wasm'
const folder = temporaryFolder()
const { lab, router, board, close } = openHost({ onOutput: () => {} })
const host = createRouterClient(router)
const at = (name: string) => path.join(folder, name)
const [policy, rewards, sequence] = [at('policy'), at('rewards'), at('sequence')]
const project = at('p.stet')

before(async () => {
  await writeToyModel(policy)
  const card = { keptMean: 0.1, tokenizerHash: toyTokenizer().hash }
  await writeRewardCard(await writeToyModel(rewards, { seed: 2, scored: true }), {
    ...card,
    scheme: 'bt-balanced',
  })
  await writeRewardCard(await writeToyModel(sequence, { seed: 3, scored: true }), {
    ...card,
    scheme: 'sequence',
    keptMean: null,
  })
  await makeToyProject(host, project, 24)
  await host.models.importModel({ project, path: policy, name: 'policy' })
  await host.models.importModel({ project, path: rewards, name: 'rewards' })
})
after(async () => {
  await board.stopAll()
  await close()
})

const sampling = {
  ...{ temperature: 1, topK: 0, topP: 1, maxNewTokens: 8, seed: 3, maxQueryTokens: 64 },
  ...{ templateVariables: null, keepThinking: false },
}
const items = toyRows(3).map(({ item }) => item)
const samples = 5

/** All responses with their token rewards, by the jobs themselves: what the best one is compared with. */
async function candidates(rewardModel: string) {
  const asked = items.flatMap(({ prompt, context }) =>
    Array.from({ length: samples }, () => ({ prompt, context })),
  )
  const model = { kind: 'generate' as const, model: policy, prompts: asked, batchSize: 15 }
  const { rows } = await lab.trainer.run<'generate'>({ ...model, ...sampling }, silentHooks())
  const responses = asked.map((each, i) => ({ ...each, response: rows[i]!.text }))
  const job = { kind: 'score' as const, rewardModel, rows: responses, batchSize: 15, maxQueryTokens: 64 }
  const scored = await lab.trainer.run<'score'>(job, silentHooks())
  return rows.map(({ text }, i) => ({ text, tokens: scored.rows[i]!.tokens.map(({ reward }) => reward) }))
}

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0)
const rules = [
  [rewards, 'score', (tokens: number[]) => sum(tokens) / tokens.length],
  [rewards, 'sum', (tokens: number[]) => sum(tokens.map((reward) => reward - 0.1))],
  [sequence, 'score', (tokens: number[]) => tokens.at(-1)!],
] as const

for (const [rewardModel, by, rate] of rules)
  test(`the response kept is the highest of its prompt's: ${path.basename(rewardModel)} by ${by}`, async () => {
    const all = await candidates(rewardModel)
    const bestOf = { samples, rewardModel, by }
    const best = await respond(lab, { model: policy, items, bestOf, ...sampling }, silentHooks())
    assert.equal(best.length, items.length)
    assert(new Set(all.map(({ text }) => text)).size > samples, 'the responses differ')
    for (const [i, { text }] of best.entries()) {
      const own = all.slice(i * samples, (i + 1) * samples)
      const top = Math.max(...own.map(({ tokens }) => rate(tokens)))
      const ratings = own.filter((each) => each.text === text).map(({ tokens }) => rate(tokens))
      assert(
        ratings.some((rating) => Math.abs(rating - top) < 1e-5),
        `${text}: ${ratings}, best ${top}`,
      )
    }
  })

const ask = { model: policy, prompt: 'where is the cat?', chat: true, maxNew: 8, temperature: 1 }

test('the verb generate keeps the best of several, with its rating, and more of them rate higher', async () => {
  const ratingOf = async (bestOf: number) => {
    const events = await host.verbs.generate({ ...ask, bestOf, rewardModel: rewards })
    return (await resultOf(events)).result.rating
  }
  const [few, many] = [await ratingOf(2), await ratingOf(32)]
  assert(few !== null && many !== null && many > few, `${few}, ${many}`)
  assert.equal(await ratingOf(1), null)
})

test('what cannot be chosen among, or rated, is refused with what to do', async () => {
  const refused = async (input: object, words: RegExp) =>
    assert.rejects(
      async () => resultOf(await host.verbs.generate({ ...ask, bestOf: 4, rewardModel: rewards, ...input })),
      words,
    )
  await refused({ temperature: 0 }, /all 4 responses to a prompt are the same.*--temperature/)
  await refused({ chat: false }, /add --chat/)
  await refused({ rewardModel: null }, /--reward-model/)
  await refused({ rewardModel: policy }, /is not a reward model/)
  await refused({ rewardModel: sequence, bestBy: 'sum' }, /scheme sequence.*--best-by score/)
})

test('the verb judge compares the best of several with single responses', async () => {
  const input = { project, reference: 'policy', candidate: 'policy', judge: 'reward:rewards', heldout: 0.5 }
  const settings = { ...input, temperature: 1, maxNew: 8, prompts: 10 }
  const winRate = async (more: object) =>
    (await resultOf(await host.verbs.judge({ ...settings, ...more }))).result.winRate
  assert.equal(await winRate({}), 50)
  const rate = await winRate({ bestOf: 32, rewardModel: 'rewards' })
  assert(rate > 80, `${rate}`)
  const file = writeRows(at('outputs.jsonl'), [{ instruction: 'where is the cat?', output: 'on the mat' }])
  await assert.rejects(
    winRate({ candidate: file, bestOf: 8, rewardModel: 'rewards' }),
    /needs a model to sample/,
  )
  await assert.rejects(winRate({ bestOf: 8, rewardModel: 'missing' }), /"missing"/)
})
