/**
 * Edits with a reward model's rewards of their tokens. Scoring opens and compiles the model, so it tells how far it is
 * and can be left; what was scored once is kept for the host's life.
 */
import type { Hooks } from '../../contract/events.ts'
import type { LabelledPair, LabelledToken } from '../../contract/label.ts'
import type { EditedPair } from '../../contract/records.ts'
import type { RewardScheme } from '../../contract/run-kinds/reward.ts'
import { labelPair } from '../../pipeline/label/labels.ts'
import type { RewardedEdit } from '../../pipeline/reward/disagreement.ts'
import type { Project } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import { trainerBusy } from '../errors/trainer-busy.ts'
import type { OpenTokenizers } from '../models/open-tokenizers.ts'
import { findModel } from '../models/project-models.ts'
import { labelledPair } from './labelled-pair.ts'

export interface ScoredEdit extends LabelledPair {
  scores: { rejected: number; edited: number }
}

export interface ScoredEdits {
  /** Of the model; null where there was no edit to score. */
  scheme: RewardScheme | null
  edits: ScoredEdit[]
}

interface Scored {
  scheme: RewardScheme
  score: number
  /** One a token. */
  rewards: number[]
}

/** Responses that stay known, the newest. */
const mostKept = 8192

export class EditScorer {
  readonly #lab: Lab
  readonly #tokenizers: OpenTokenizers
  /** By model, item and response: a revision that says the same needs no new scoring. */
  readonly #known = new Map<string, Scored>()

  constructor(lab: Lab, tokenizers: OpenTokenizers) {
    this.#lab = lab
    this.#tokenizers = tokenizers
  }

  /** @throws UserError `unavailable` while a training has the trainer, `cancelled` */
  async score(
    project: Project,
    rewardModel: string,
    edits: readonly EditedPair[],
    hooks: Hooks,
  ): Promise<ScoredEdits> {
    const { path } = findModel(project, rewardModel)
    const tokenizer = this.#tokenizers.of(project, rewardModel)
    const scores = await this.#scoresOf(path, edits, hooks)
    return {
      scheme: scores.values().next().value?.scheme ?? null,
      edits: edits.map((pair) => {
        const plain = labelledPair(pair, labelPair(tokenizer, pair.item.id, pair.rejected, pair.edited))
        const [rejected, edited] = [pair.rejected, pair.edited].map(
          (response) => scores.get(keyOf(path, pair, response))!,
        ) as [Scored, Scored]
        return {
          ...plain,
          rejected: withRewards(plain.rejected, rejected),
          edited: withRewards(plain.edited, edited),
          scores: { rejected: rejected.score, edited: edited.score },
        }
      }),
    }
  }

  async #scoresOf(
    model: string,
    edits: readonly EditedPair[],
    { emit, signal }: Hooks,
  ): Promise<Map<string, Scored>> {
    const asked = new Map(
      edits.flatMap((pair) =>
        [pair.rejected, pair.edited].map((response) => [keyOf(model, pair, response), { pair, response }]),
      ),
    )
    const scores = new Map<string, Scored>()
    const unknown = [...asked].filter(([key]) => {
      const known = this.#known.get(key)
      if (known) scores.set(key, known)
      return !known
    })
    if (unknown.length === 0) return scores
    const { trainer } = this.#lab
    if (trainer.isTraining) throw trainerBusy()
    emit({ type: 'progress', phase: 'score', done: 0, total: unknown.length })
    const rows = unknown.map(([, { pair, response }]) => ({
      prompt: pair.item.prompt,
      context: pair.item.context,
      response,
    }))
    const job = { kind: 'score' as const, rewardModel: model, rows, batchSize: 8, maxQueryTokens: 1024 }
    const { scheme, rows: scored } = await trainer.run<'score'>(job, { emit, signal })
    for (const [i, [key]] of unknown.entries()) {
      const { score, tokens } = scored[i]!
      const found = { scheme, score, rewards: tokens.map(({ reward }) => reward) }
      scores.set(key, found)
      this.#known.set(key, found)
    }
    for (const key of this.#known.keys()) {
      if (this.#known.size <= mostKept) break
      this.#known.delete(key)
    }
    return scores
  }
}

/** An item's id follows from its content, so that this names what the model is shown. */
function keyOf(model: string, { item }: EditedPair, response: string): string {
  return JSON.stringify([model, item.id, response])
}

/** The reward of the end token, which stands last, belongs to no text. */
function withRewards(tokens: readonly LabelledToken[], { rewards }: Scored): LabelledToken[] {
  return tokens.map((token, t) => ({ ...token, reward: rewards[t] ?? null }))
}

/** As the measures of `pipeline/reward` take it. */
export function rewardedEdit({ rejected, edited, scores }: ScoredEdit): RewardedEdit {
  const side = (tokens: LabelledToken[]) => ({
    labels: tokens.map(({ label }) => label),
    rewards: tokens.map(({ reward }) => reward ?? 0),
  })
  return { rejected: side(rejected), edited: side(edited), margin: scores.edited - scores.rejected }
}
