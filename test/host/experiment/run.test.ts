/** The experiment's sequence and record, with steps that only record their input. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UserError } from '../../../electron/contract/errors.ts'
import { ExperimentArm } from '../../../electron/contract/experiment.ts'
import type { Item, Judgement } from '../../../electron/contract/records.ts'
import { ResultRecord } from '../../../electron/contract/report.ts'
import { DpoConfig } from '../../../electron/contract/run-kinds/dpo.ts'
import { PpoConfig } from '../../../electron/contract/run-kinds/ppo.ts'
import { RewardConfig } from '../../../electron/contract/run-kinds/reward.ts'
import { SftConfig } from '../../../electron/contract/run-kinds/sft.ts'
import type { ExperimentPlan } from '../../../electron/host/experiment/policies.ts'
import { runExperiment } from '../../../electron/host/experiment/run.ts'
import type { ExperimentSteps } from '../../../electron/host/experiment/steps.ts'
import { reportMarkdown } from '../../../electron/host/report/markdown.ts'
import { picturesOf } from '../../../electron/host/report/pictures.ts'
import { reportHtml } from '../../../electron/host/report/report.ts'
import { summarise } from '../../../electron/pipeline/judge/summarise.ts'
import { inventedResult } from '../report/invented-result.ts'

const items = Array.from(
  { length: 30 },
  (_, i): Item => ({
    id: `item_${i}`,
    sourceId: null,
    source: 'test',
    prompt: [{ role: 'user', content: `Question ${i}?` }],
    context: '',
    chosen: 'Yes.',
    rejected: 'No, you fool.',
    errorSpans: null,
    metadata: {},
  }),
)

const end = {
  run: 'run',
  name: '',
  state: 'done' as const,
  step: 1,
  reason: null,
  dropped: 0,
  cut: 0,
  scale: null,
}
const curve = new Map<string, [number, number][]>([
  ['objective/kl', [[1, 2]]],
  ['judge/win_rate', [[1, 60]]],
])

function writingSteps() {
  const rewards = new Map<string, RewardConfig>()
  const ppos = new Map<string, PpoConfig & Parameters<ExperimentSteps['trainPpo']>[1]>()
  const dpos = new Map<string, DpoConfig & { policy: string | null; edits: number | null }>()
  const sfts = new Map<string, SftConfig & { edits: number | null }>()
  const heldout = {
    pairs: 10,
    accuracy: 0.9,
    margin: 1,
    calibrationError: null,
    tokens: { auroc: 0.8, keptMean: 0, meanByPosition: [] },
  }
  const steps: ExperimentSteps = {
    heldoutItems: () => items,
    trainingRows: () => 5000,
    heldoutEdits: () => [{ item: items[0]!, rejected: 'No, you fool.', edited: 'No.' }],
    async trainReward(name, config) {
      rewards.set(name, config)
      return {
        ...end,
        model: name,
        metrics: new Map(),
        heldout,
        heldoutF1: 0.7,
        spanAgreement: null,
        editors: null,
        spanAuroc: {},
      }
    },
    async trainSft(name, config, edits) {
      assert.ok(!sfts.has(name), `${name} is trained once`)
      sfts.set(name, { ...config, edits })
      return { ...end, model: name, metrics: new Map(), heldoutLoss: 1 }
    },
    async trainPpo(name, models, config) {
      ppos.set(name, { ...config, ...models })
      return { ...end, model: name, metrics: curve, bestFolder: null }
    },
    divergence: async (_, references) => references.map((reference) => (reference === null ? 2 : 1)),
    async trainDpo(name, policy, config, edits) {
      dpos.set(name, { ...config, policy, edits })
      return { ...end, model: name, metrics: curve }
    },
    respond: async (model, asked) =>
      asked.map(({ id }) => ({
        text: `${model ?? 'reference'} on ${id}`,
        ids: [1, 2, 3, 4, 5],
        ended: true,
      })),
    score: async (_, rows) => rows.map(() => ({ score: 0, tokens: [{ text: 'No', reward: -1 }] })),
    async judge(_, pairs) {
      const judgements = pairs.map(({ id }, i): Judgement => {
        const preference = i % 3 === 0 ? 0 : 1
        return { pairId: id, judge: 'test', swapped: false, preference, elapsedMs: 0, rawReply: '' }
      })
      return { summary: summarise(judgements, { seed: 1, pairs }), judgements }
    },
    labelsOf: async (pairs) => {
      const side = { ids: [1], labels: [-1], offsets: [[0, 2]] as [number, number][] }
      return pairs.map(({ item }) => ({ itemId: item.id, tokenizerHash: '', rejected: side, edited: side }))
    },
    flawsOf: null,
  }
  return { steps, rewards, sfts, ppos, dpos }
}

const plan: ExperimentPlan = {
  arms: [...ExperimentArm.options],
  seeds: [1, 2],
  klCoefs: [0.1],
  edits: [],
  tries: 1,
  prompts: 30,
  reward: RewardConfig.parse({ batchSize: 8 }),
  ppo: PpoConfig.parse({}),
  sft: SftConfig.parse({ batchSize: 8 }),
  dpo: DpoConfig.parse({}),
}

/** Six arms: as many as there are colours. */
const six: ExperimentPlan = {
  ...plan,
  arms: ['sequence-original', 'sequence-edited', 'token', 'token-classify', 'token-regress', 'dpo'],
}

test('only an arm that ends with EOS less often than the reference gets a warning', async () => {
  const { steps } = writingSteps()
  const respond: ExperimentSteps['respond'] = async (model, asked) =>
    asked.map(({ id }, i) => ({
      text: id,
      ids: [1, 2, 3, 4, 5],
      ended: i % 10 < (model === null ? 8 : model.startsWith('token-kl') ? 5 : 7),
    }))
  const few = { ...plan, arms: ['sequence-edited', 'token'] satisfies ExperimentArm[] }
  const { arms, reference } = await runExperiment(few, { ...steps, respond })
  const warned = arms.map(({ name, ended, warnings }) => [
    name,
    ended,
    warnings.filter((warning) => warning.includes('end with EOS')),
  ])
  assert.equal(reference.ended, 0.8)
  assert.deepEqual(warned, [
    ['sequence-edited', 0.7, []],
    [
      'token',
      0.5,
      [
        "Only 50% of its responses end with EOS, compared to 80% of the reference's; the others are cut off at 64 tokens. Read samples: the reward may encourage responses that do not stop, and the judge may not penalise them.",
      ],
    ],
  ])
})

test('each arm learns from its own pairs by its own scheme, with its own placement of the reward', async () => {
  const { steps, rewards, sfts, ppos, dpos } = writingSteps()
  // There are hundreds of pairs of arms; few items keep their intervals cheap.
  const heldoutItems = () => items.slice(0, 4)
  const { headToHead } = await runExperiment(plan, { ...steps, heldoutItems })
  const ofMethods = plan.arms.filter((arm) => !arm.endsWith('-on-sft'))
  const among = headToHead.filter(({ arm, opponent }) =>
    [arm, opponent].every((name) => ofMethods.some((m) => m === name)),
  )
  // Four baselines against each other, and each of the others against them.
  assert.equal(among.length, 6 + 4 * (ofMethods.length - 4))
  const learnt = ['sequence-original', 'sequence-edited', 'token', 'token-classify', 'token-regress'].map(
    (arm) => {
      const { scheme, pairs, spanWeighted, seed } = rewards.get(`reward-${arm}-seed2`)!
      const { placement, rewardModel } = ppos.get(`${arm}-kl0.1-seed2`)!
      assert.deepEqual([seed, rewardModel], [2, `reward-${arm}-seed2`])
      return [arm, scheme, pairs, spanWeighted, placement]
    },
  )
  assert.deepEqual(learnt, [
    ['sequence-original', 'sequence', 'original', false, 'sequence'],
    ['sequence-edited', 'sequence', 'edited', false, 'sequence'],
    ['token', 'bt-balanced', 'edited', false, 'token'],
    ['token-classify', 'classify', 'edited', false, 'token'],
    ['token-regress', 'regress', 'edited', true, 'token'],
  ])
  assert.equal(dpos.get('dpo-seed1')!.pairs, 'edited')
  assert.deepEqual(
    [sfts.get('sft-chosen-seed1')!.responses, sfts.get('sft-edited-seed1')!.responses],
    ['chosen', 'edited'],
  )
})

test('an arm on top of fine-tuning starts from that policy of its seed, and shares the reward model', async () => {
  const { steps, rewards, sfts, ppos, dpos } = writingSteps()
  const arms = ['token', 'token-on-sft', 'dpo-on-sft'] satisfies ExperimentArm[]
  const { arms: results, contrasts } = await runExperiment({ ...plan, arms }, steps)
  assert.deepEqual([...sfts.keys()], ['sft-edited-seed1', 'sft-edited-seed2'])
  assert.deepEqual([...rewards.keys()], ['reward-token-seed1', 'reward-token-seed2'])
  assert.equal(ppos.get('token-kl0.1-seed2')!.policy, null)
  assert.equal(ppos.get('token-on-sft-kl0.1-seed2')!.policy, 'sft-edited-seed2')
  assert.equal(dpos.get('dpo-on-sft-seed1')!.policy, 'sft-edited-seed1')
  assert.deepEqual(
    results.map(({ kl, start }) => [kl, start]),
    [
      [2, null],
      [2, { arm: 'sft-edited', kl: 1 }],
      [2, { arm: 'sft-edited', kl: 1 }],
    ],
  )
  assert.deepEqual(
    contrasts?.map(({ arm, opponent }) => [arm, opponent]),
    [['dpo-on-sft', 'token-on-sft']],
    'arms from different starting points are not contrasted',
  )
})

test('an arm with implicit rewards is rewarded by the policy of dpop of its seed and start', async () => {
  const { steps, rewards, dpos, ppos } = writingSteps()
  const arms = ['token-implicit', 'sequence-implicit-on-sft'] satisfies ExperimentArm[]
  await runExperiment({ ...plan, arms }, steps)
  assert.equal(rewards.size, 0)
  assert.deepEqual([...dpos.keys()].sort(), [
    'dpop-on-sft-seed1',
    'dpop-on-sft-seed2',
    'dpop-seed1',
    'dpop-seed2',
  ])
  const trained = (name: string) => {
    const { policy, rewardModel, placement, derivedRewards } = ppos.get(name)!
    return [policy, rewardModel, placement, derivedRewards]
  }
  assert.deepEqual(trained('token-implicit-kl0.1-seed2'), [null, 'dpop-seed2', 'token', 'likelihood'])
  assert.deepEqual(trained('sequence-implicit-on-sft-kl0.1-seed1'), [
    'sft-edited-seed1',
    'dpop-on-sft-seed1',
    'sequence',
    'likelihood',
  ])
})

test('at several strengths, arms are compared along the KL from the policy that they started from', async () => {
  const { steps } = writingSteps()
  const arms = ['sft-edited', 'token', 'sequence-edited', 'token-on-sft'] satisfies ExperimentArm[]
  const record = await runExperiment({ ...plan, arms, klCoefs: [0.1, 0.2] }, steps)
  const kls = ({ points }: { points: { arm: string; kl: number }[] }) =>
    points.map(({ arm, kl }) => [arm, kl])
  assert.deepEqual(kls(record.frontier!), [
    ['token', 2],
    ['token', 2],
    ['sequence-edited', 2],
    ['sequence-edited', 2],
  ])
  assert.deepEqual(kls(record.sftFrontier!), [
    ['token-on-sft', 1],
    ['token-on-sft', 1],
  ])
  assert.deepEqual(record.sftFrontier!.kls, { low: 1, high: 1 })
  const alone = { ...plan, arms: ['token-on-sft'] satisfies ExperimentArm[], klCoefs: [0.1, 0.2] }
  const withoutStart = await runExperiment(alone, writingSteps().steps)
  assert.deepEqual([withoutStart.frontier, withoutStart.sftFrontier], [null, null])
})

test('best-of arms train nothing but the reward model, and their KL is at most log n − (n − 1)/n', async () => {
  const { steps, rewards, ppos } = writingSteps()
  const asked: (string | null)[] = []
  const respond: ExperimentSteps['respond'] = (model, own, sampling) => {
    asked.push(
      sampling.bestOf &&
        `${sampling.bestOf.samples} by ${sampling.bestOf.by} of ${sampling.bestOf.rewardModel}`,
    )
    return steps.respond(model, own, sampling)
  }
  const arms = ['best-of-sequence', 'best-of-token'] satisfies ExperimentArm[]
  const { arms: results } = await runExperiment({ ...plan, arms, seeds: [1] }, { ...steps, respond })
  assert.deepEqual(asked, [
    null,
    '16 by score of reward-sequence-edited-seed1',
    '16 by sum of reward-token-seed1',
  ])
  assert.deepEqual([...rewards.keys()], ['reward-sequence-edited-seed1', 'reward-token-seed1'])
  assert.equal(ppos.size, 0)
  for (const { kl } of results) assert.ok(Math.abs(kl! - 1.8351) < 1e-4)
})

test('shaped and mixed placements get both reward models, and estimators without a critic several responses', async () => {
  const { steps, rewards, ppos } = writingSteps()
  const arms = ['token-shaped', 'token-mixed', 'token-rloo', 'sequence-rloo'] satisfies ExperimentArm[]
  await runExperiment({ ...plan, arms, seeds: [1] }, steps)
  assert.deepEqual([...rewards.keys()], ['reward-token-seed1', 'reward-sequence-edited-seed1'])
  const trained = arms.map((arm) => {
    const { placement, credit, samplesPerPrompt, rewardModel, sequenceModel } = ppos.get(
      `${arm}-kl0.1-seed1`,
    )!
    return [placement, credit, samplesPerPrompt, rewardModel, sequenceModel]
  })
  assert.deepEqual(trained, [
    ['shaped', 'gae', 1, 'reward-token-seed1', 'reward-sequence-edited-seed1'],
    ['mixed', 'gae', 1, 'reward-token-seed1', 'reward-sequence-edited-seed1'],
    ['token', 'rloo', 4, 'reward-token-seed1', null],
    ['sequence', 'rloo', 4, 'reward-sequence-edited-seed1', null],
  ])
})

test('an arm that diverges is left out and named, and what starts from it too; other errors end the experiment', async () => {
  const { steps } = writingSteps()
  const trainSft: ExperimentSteps['trainSft'] = async (name) => {
    throw new UserError('diverged', `${name} paused at step 9. KL rose.`)
  }
  const arms = ['sft-edited', 'token', 'token-on-sft'] satisfies ExperimentArm[]
  const few = { ...plan, arms, seeds: [1] }
  const result = await runExperiment(few, { ...steps, trainSft })
  assert.deepEqual(
    result.arms.map(({ name }) => name),
    ['token'],
  )
  assert.deepEqual(
    result.skipped?.map(({ arm }) => arm),
    ['sft-edited', 'token-on-sft'],
  )
  assert.ok(result.notes.includes('sft-edited was left out. sft-edited-seed1 paused at step 9. KL rose.'))
  const full: ExperimentSteps['trainSft'] = async () => {
    throw new UserError('out_of_space', 'The disk is full.')
  }
  await assert.rejects(runExperiment(few, { ...steps, trainSft: full }), /disk is full/)
})

test('each arm is tried equally often on other prompts, and trained with what won there', async () => {
  const { steps, sfts, ppos, dpos } = writingSteps()
  const more = [...items, ...items].map((item, i) => ({ ...item, id: `item_${i}` }))
  const asked = new Set<string>()
  const judge: ExperimentSteps['judge'] = async ({ candidate }, pairs) => {
    if (candidate.includes('× 0.333') || candidate.includes('klCoef 0.05'))
      for (const { item } of pairs) asked.add(item)
    const wins = (i: number) => {
      if (candidate.includes('× 0.333') || candidate.includes('klCoef 0.05')) return 1
      return i % 3 === 0 ? 0 : 1
    }
    const judgements = pairs.map(({ id }, i): Judgement => {
      return { pairId: id, judge: 'test', swapped: false, preference: wins(i), elapsedMs: 0, rawReply: '' }
    })
    return { summary: summarise(judgements, { seed: 1, pairs }), judgements }
  }
  const arms = ['token', 'dpo', 'token-on-sft'] satisfies ExperimentArm[]
  const result = await runExperiment(
    { ...plan, arms, tries: 2 },
    { ...steps, judge, heldoutItems: () => more },
  )
  assert.deepEqual(
    result.tuning?.map(({ arm, tried, chosen }) => [arm, tried.length, chosen]),
    [
      ['sft-edited', 2, 1],
      ['token', 2, 1],
      ['dpo', 2, 1],
      ['token-on-sft', 2, 1],
    ],
  )
  assert.deepEqual(
    [...sfts.keys()],
    ['sft-edited-seed1', 'sft-edited-rate0.333-seed1', 'sft-edited-rate0.333-seed2'],
  )
  assert.equal(ppos.get('token-on-sft-kl0.05-seed2')!.policy, 'sft-edited-rate0.333-seed2')
  assert.ok(Math.abs(dpos.get('dpo-rate0.333-seed2')!.learningRate - plan.dpo.learningRate / 3) < 1e-12)
  assert.ok(asked.has('item_30') && asked.has('item_0'), 'chosen on one half, judged on the other')
  assert.equal(result.arms[0]!.prompts, 30)
  await assert.rejects(
    runExperiment({ ...plan, arms, tries: 2 }, steps),
    /Only 0 held-out prompts are left to choose settings on/,
  )
})

test('with few edits every method gets as many of them and more passes, and the record has the curve', async () => {
  const { steps, rewards, sfts, ppos } = writingSteps()
  const seen: (number | null)[] = []
  const trainReward: ExperimentSteps['trainReward'] = (name, config, edits) => {
    seen.push(edits)
    return steps.trainReward(name, config, edits)
  }
  const arms = ['sft-edited', 'token'] satisfies ExperimentArm[]
  const curved = { ...plan, arms, edits: [100, 1000], seeds: [1] }
  const { editCurve, editContrasts, arms: results } = await runExperiment(curved, { ...steps, trainReward })
  assert.deepEqual(seen, [null, 100, 1000])
  assert.equal(sfts.get('sft-edited-100edits-seed1')!.edits, 100)
  const epochs = (name: string) => [
    sfts.get(`sft-edited${name}`)!.epochs,
    rewards.get(`reward-token${name}`)!.epochs,
  ]
  // 12 steps a pass: 13 passes would be 150 steps, 10 are the most. 125 steps a pass: two are enough.
  assert.deepEqual(epochs('-100edits-seed1'), [10, 10])
  assert.deepEqual(epochs('-1000edits-seed1'), [plan.sft.epochs, plan.reward.epochs])
  assert.equal(ppos.get('token-kl0.1-100edits-seed1')!.rewardModel, 'reward-token-100edits-seed1')
  assert.deepEqual(
    editCurve?.map(({ arm, edits, isAll }) => [arm, edits, isAll]),
    [
      ['sft-edited', 5000, true],
      ['sft-edited', 100, false],
      ['sft-edited', 1000, false],
      ['token', 5000, true],
      ['token', 100, false],
      ['token', 1000, false],
    ],
  )
  assert.deepEqual(
    editContrasts?.map(({ arm, opponent, edits, isAll, value }) => [arm, opponent, edits, isAll, value]),
    [5000, 100, 1000].map((edits, i) => {
      const [sft, token] = [editCurve![i]!, editCurve![3 + i]!]
      return ['token', 'sft-edited', edits, i === 0, token.winRate - sft.winRate]
    }),
  )
  assert.deepEqual(
    results.map(({ name }) => name),
    arms,
  )
})

test('six arms fit in the record, each with its own colour and marker in the report and the pictures', async () => {
  const { steps } = writingSteps()
  const result = await runExperiment(six, steps)
  const record = ResultRecord.parse({ ...inventedResult, seeds: six.seeds, ...result })
  assert.equal(record.headToHead.length, 15)
  assert.deepEqual([record.arms[0]!.n, record.arms[0]!.prompts], [60, 30])
  assert.deepEqual(
    [...new Set(record.tokenRewards.map(({ rewardModel }) => rewardModel))],
    ['reward-token-seed1', 'reward-token-classify-seed1', 'reward-token-regress-seed1'],
  )
  const page = reportHtml(record)
  const swatch = (arm: string) =>
    new RegExp(`<svg class="swatch (series-\\d)"[^>]*>(.{60,400}?)</svg>${arm}<`)
  assert.match(page, /Won, tied and lost count pairs: each prompt is judged once for each of 2 seeds/)
  assert.match(page, /60 pairs on 30 prompts/)
  const looks = six.arms.map((arm) => swatch(arm).exec(page)!.slice(1))
  assert.equal(new Set(looks.map(([colour]) => colour)).size, 6)
  assert.equal(new Set(looks.map(([, marks]) => marks)).size, 6)
  for (const arm of six.arms) assert.ok(reportMarkdown(record).includes(`| ${arm} `), arm)
  for (const { name, svg } of picturesOf({ evaluations: [], ratings: [], experiment: record })) {
    const shown = name === 'reward-models' ? six.arms.slice(0, 5) : six.arms
    for (const arm of shown) assert.ok(svg.includes(`>${arm}`), `${arm} in ${name}`)
  }
})
