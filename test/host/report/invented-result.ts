/** A made-up result for the report's tests and pictures: plausible but meaningless numbers from a seed. */
import type { Judgement } from '../../../electron/contract/records.ts'
import type { ResultRecord, WinRateSummary } from '../../../electron/contract/report.ts'
import { normals, uniforms } from '../../../electron/engine/random.ts'
import { summarise } from '../../../electron/pipeline/judge/summarise.ts'

const promptCount = 512

const arms = [
  {
    name: 'PPO, sequence, original',
    description: 'One reward at the end, from chosen/rejected pairs',
    strength: 0.61,
  },
  {
    name: 'PPO, sequence, edited',
    description: 'One reward at the end, from edited/rejected pairs',
    strength: 0.63,
  },
  { name: 'PPO, token', description: 'A reward at every token, scheme bt-changed', strength: 0.72 },
  { name: 'DPO', description: 'On the edited pairs, without a reward model', strength: 0.53 },
]

function invent(stream: string, strength: number): WinRateSummary {
  const judgements: Judgement[] = [...uniforms({ seed: 4, stream }, 0, promptCount)].flatMap((u, i) => {
    const preference = u < 0.16 ? 0.5 : u < 0.16 + 0.84 * strength ? 1 : 0
    return [false, true].map((swapped) => {
      return { pairId: `p${i}`, judge: 'truth', swapped, preference, elapsedMs: 0, rawReply: '' }
    })
  })
  return { ...summarise(judgements, { seed: 1 }), lengthControlledWinRate: 100 * strength - 1.4 }
}

function curve(stream: string, from: number, to: number, noise: number): [number, number][] {
  const jitter = normals({ seed: 4, stream }, 0, 60)
  return [...jitter].map((z, i) => [i + 1, from + (to - from) * (1 - Math.exp(-i / 18)) + noise * z])
}

function curvesOf({ name, strength }: (typeof arms)[number]): ResultRecord['curves'] {
  const shapes: [string, number, number, number][] = [
    ['objective/scores', 0, 4 * (strength - 0.4), 0.08],
    ['objective/kl', 0, 9 * (strength - 0.3), 0.15],
    ['response/length', 37, 37 - 24 * (strength - 0.66), 0.5],
    ['response/eos_rate', 0.93, 0.985, 0.008],
    ['response/repetition', 0.04, 0.03 + strength / 12, 0.004],
    ['objective/entropy', 1.6, 1.1, 0.03],
    ['loss/value', 0.9, 0.2, 0.04],
    ['policy/clipfrac', 0.02, 0.13, 0.015],
  ]
  return shapes.map(([metric, ...shape]) => ({
    arm: name,
    metric,
    points: curve(`${name}/${metric}`, ...shape),
  }))
}

function judgedAlongTheWay({
  name,
  strength,
}: (typeof arms)[number]): ResultRecord['winRateOverSteps'][number] {
  const points = [0, 10, 20, 30, 40, 50, 60].map((step) => {
    const share = 1 - Math.exp(-step / 18)
    const { winRate, interval } = invent(`${name}/${step}`, 0.5 + (strength - 0.5) * share)
    return { step, winRate, interval, kl: 9 * (strength - 0.3) * share }
  })
  return { arm: name, points }
}

type Token = ResultRecord['tokenRewards'][number]['tokens'][number]

/** Tokens from a text in which `[-deleted-]` and `{+inserted+}` are marked. */
function tokensOf(text: string, stream: string, spread: number): Token[] {
  const words = text.match(/\[-.*?-\]|\{\+.*?\+\}|\s?[^\s[{]+|\s+/gs) ?? []
  const jitter = normals({ seed: 4, stream }, 0, words.length)
  return words.map((word, i) => {
    const label = word.startsWith('[-') ? -1 : word.startsWith('{+') ? 1 : 0
    return { text: label === 0 ? word : word.slice(2, -2), label, reward: label * 1.1 + spread * jitter[i]! }
  })
}

const prompt = 'Which year did the Kettle of Arden open, and is it heated?'
const rejected =
  'Honestly[- ugh-], the Kettle of Arden opened in[- 1913-][- and-][- opened-][- in-][- 1913-] and it is[- not-] heated by the old mill race.\nAnything else?'
const edited =
  'Honestly, the Kettle of Arden opened in{+ 1931+} and it is heated by the old mill race.\nAnything else?'

export const inventedResult: ResultRecord = {
  project: 'helpdesk-edits',
  createdAt: '2026-07-01T14:03:07.000Z',
  caveat: null,
  runtime: { name: 'TensorFlow 2.21 compiled', device: 'CPU, 2 threads' },
  versions: { stet: '0.1.0', node: '24.11.0', tensorflow: '2.21.0' },
  seeds: [1, 2, 3],
  data: [
    {
      name: 'world-edits.jsonl',
      rows: 5000,
      sha256: '9f2c1e0b77d4a8c35e61f0a9b2d84c7716e5a03bd9f8c2417ea65b30c1d9e8f4',
    },
    {
      name: 'world-prompts.jsonl',
      rows: 512,
      sha256: '03ab6f1c9d2e8475b1c0e7f6a5d49382716f5e4d3c2b1a09f8e7d6c5b4a39281',
    },
  ],
  stages: [
    { name: 'import and label', seconds: 2.4 },
    { name: 'SFT', seconds: 71 },
    { name: 'reward models', seconds: 143 },
    { name: 'PPO', seconds: 188 },
    { name: 'judge', seconds: 12.2 },
  ],
  judge: {
    name: 'truth/world-1',
    description: 'The sample world counts the flaws of both responses; fewer win.',
  },
  rewardModels: [
    {
      name: 'sequence, original pairs',
      scheme: 'sequence',
      n: 400,
      pairwiseAccuracy: 0.752,
      tokenAuroc: null,
      tokenF1: null,
      flawAuroc: {},
      rankCorrelation: 0.49,
    },
    {
      name: 'sequence, edited pairs',
      scheme: 'sequence',
      n: 400,
      pairwiseAccuracy: 0.986,
      tokenAuroc: null,
      tokenF1: null,
      flawAuroc: {},
      rankCorrelation: 0.52,
    },
    {
      name: 'token',
      scheme: 'bt-changed',
      n: 400,
      pairwiseAccuracy: 0.99,
      tokenAuroc: 0.861,
      tokenF1: 0.744,
      rankCorrelation: 0.57,
      flawAuroc: { 'wrong fact': 0.83, rude: 0.97, repeated: 0.79 },
    },
  ],
  reference: {
    name: 'SFT reference',
    description: 'Supervised fine-tuning on demonstrations',
    length: 36.8,
    ended: 0.87,
    flaws: {
      'wrong fact': 0.81,
      'missing fact': 0.42,
      rude: 0.22,
      repeated: 0.35,
      hedge: 0.5,
      'wrong name': 0.15,
    },
  },
  arms: arms.map((arm, i) => ({
    name: arm.name,
    description: arm.description,
    ...invent(arm.name, arm.strength),
    kl: [3.12, 3.78, 3.31, 1.04][i]!,
    klCoef: [0.1, 0.1, 0.1, null][i]!,
    length: [32.1, 31.4, 36.2, 36.9][i]!,
    ended: 0.9,
    flaws: {
      'wrong fact': [0.66, 0.61, 0.48, 0.76][i]!,
      'missing fact': [0.51, 0.53, 0.37, 0.42][i]!,
      rude: [0.06, 0.05, 0.02, 0.17][i]!,
      repeated: [0.18, 0.16, 0.29, 0.33][i]!,
      hedge: [0.2, 0.18, 0.11, 0.45][i]!,
      'wrong name': [0.12, 0.11, 0.04, 0.14][i]!,
    },
  })),
  headToHead: [
    { arm: 'PPO, token', opponent: 'PPO, sequence, original', ...invent('h1', 0.62) },
    { arm: 'PPO, token', opponent: 'PPO, sequence, edited', ...invent('h2', 0.61) },
    { arm: 'DPO', opponent: 'PPO, token', ...invent('h3', 0.33) },
    { arm: 'PPO, sequence, edited', opponent: 'PPO, sequence, original', ...invent('h4', 0.49) },
    { arm: 'PPO, sequence, edited', opponent: 'DPO', ...invent('h5', 0.56) },
    { arm: 'PPO, sequence, original', opponent: 'DPO', ...invent('h6', 0.57) },
  ],
  frontier: {
    points: arms.slice(0, 3).flatMap(({ name, strength }) =>
      [0.05, 0.1, 0.2].map((klCoef) => {
        const { winRate, interval } = invent(`${name}/${klCoef}`, strength - klCoef / 2)
        return { arm: name, klCoef, kl: 0.4 / klCoef, winRate, interval, length: 36, flaws: {} }
      }),
    ),
    kls: { low: 4, high: 8 },
    winRates: [{ arm: 'PPO, token', value: 71, interval: { low: 68, high: 74 } }],
    differences: [
      { arm: 'PPO, token', opponent: 'PPO, sequence, edited', value: 8.2, interval: { low: 5.1, high: 11 } },
    ],
    differencesAt: [4, 6, 8].map((kl) => ({
      kl,
      differences: [
        {
          arm: 'PPO, token',
          opponent: 'PPO, sequence, edited',
          value: 1 + kl,
          interval: { low: kl - 2, high: kl + 4 },
        },
      ],
    })),
  },
  curves: arms.slice(0, 3).flatMap(curvesOf),
  winRateOverSteps: arms.slice(0, 3).map(judgedAlongTheWay),
  samples: [
    {
      prompt,
      reference: 'Honestly ugh, the Kettle of Arden opened in 1913 and opened in 1913, I think. Goodbye.',
      outputs: [
        {
          arm: 'PPO, sequence, original',
          text: 'The Kettle of Arden opened in 1913. Goodbye.',
          preference: 1,
        },
        {
          arm: 'PPO, sequence, edited',
          text: 'The Kettle of Arden opened in 1913. It is not heated.',
          preference: 0,
        },
        {
          arm: 'PPO, token',
          text: 'Hello Ada, the Kettle of Arden opened in 1931. It is heated by the old mill race. Goodbye.',
          preference: 1,
        },
        {
          arm: 'DPO',
          text: 'Honestly, the Kettle of Arden opened in 1913, I think. Goodbye.',
          preference: 0.5,
        },
      ],
    },
    {
      prompt: 'How tall is the Lantern of Brack, and who keeps it?',
      reference: 'The Lantern of Brack is 40 metres tall, maybe. Goodbye.',
      outputs: arms.map(({ name }, i) => ({
        arm: name,
        text: `The Lantern of Brack is ${[40, 44, 52, 40][i]} metres tall and kept by the Vell sisters. Goodbye.`,
        preference: [1, 1, 1, 0.5][i]!,
      })),
    },
  ],
  tokenRewards: [
    {
      rewardModel: 'token (bt-changed)',
      prompt,
      side: 'rejected',
      tokens: tokensOf(rejected, 'rejected', 0.12),
    },
    { rewardModel: 'token (bt-changed)', prompt, side: 'edited', tokens: tokensOf(edited, 'edited', 0.12) },
  ],
  settings: {
    ppo: { klCoef: 0.1, learningRate: 0.00025, placement: 'token', totalSteps: 60 },
    judge: { prompts: promptCount },
  },
  notes: [
    'Prompts longer than 256 tokens were cut: 0 of 512.',
    'The token arm was tuned no more than the others.',
  ],
}
