/**
 * Scores edits with a reward model. Opening and compiling the model takes a while, so scoring reports its progress and
 * can be cancelled; scores are cached until the host ends.
 */
import type { Hooks } from '../../contract/events.ts'
import type { JobOf } from '../../contract/jobs.ts'
import type { LabelledPair, LabelledToken } from '../../contract/label.ts'
import type { EditedPair } from '../../contract/records.ts'
import type { RewardScheme } from '../../contract/run-kinds/reward.ts'
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
  /** The model's scheme; null if there were no edits. */
  scheme: RewardScheme | null
  edits: ScoredEdit[]
}

interface ScoredResponse {
  scheme: RewardScheme
  score: number
  /** One per token. */
  rewards: number[]
}

/** Responses in the cache; the oldest are dropped. */
const maxCached = 8192

export class EditScorer {
  readonly #lab: Lab
  readonly #tokenizers: OpenTokenizers
  /** By model, item and text, so that a revision with the same text is not scored again. */
  readonly #cache = new Map<string, ScoredResponse>()

  constructor(lab: Lab, tokenizers: OpenTokenizers) {
    this.#lab = lab
    this.#tokenizers = tokenizers
  }

  /** @throws UserError `unavailable` while a training run keeps the trainer busy, `cancelled` */
  async score(
    project: Project,
    rewardModel: string,
    edits: readonly EditedPair[],
    hooks: Hooks,
  ): Promise<ScoredEdits> {
    const { path } = findModel(project, rewardModel)
    const tokenizer = this.#tokenizers.of(project, rewardModel)
    const scores = await this.#scoresOf(path, edits, hooks)
    const labels = await tokenizer.label(edits)
    const scored = (edit: EditedPair, i: number): ScoredEdit | null => {
      const rejected = scores.get(keyOf(path, edit, edit.rejected))
      const edited = scores.get(keyOf(path, edit, edit.edited))
      const labelled = labels[i] ?? null
      if (!rejected || !edited || labelled === null) return null
      const pair = labelledPair(edit, labelled)
      return {
        ...pair,
        rejected: withRewards(pair.rejected, rejected),
        edited: withRewards(pair.edited, edited),
        scores: { rejected: rejected.score, edited: edited.score },
      }
    }
    const fitting = edits.map(scored).filter((edit) => edit !== null)
    noteTooLong(edits.length - fitting.length, hooks)
    return { scheme: scores.values().next().value?.scheme ?? null, edits: fitting }
  }

  /** @returns scores of both responses of every edit, by their keys; those that are too long have none */
  async #scoresOf(
    model: string,
    edits: readonly EditedPair[],
    hooks: Hooks,
  ): Promise<Map<string, ScoredResponse>> {
    const scores = new Map<string, ScoredResponse>()
    const missing = new Map<string, Row>()
    for (const edit of edits) {
      for (const response of [edit.rejected, edit.edited]) {
        const key = keyOf(model, edit, response)
        const cached = this.#cache.get(key)
        if (cached) scores.set(key, cached)
        else missing.set(key, { prompt: edit.item.prompt, context: edit.item.context, response })
      }
    }
    if (missing.size === 0) return scores
    const rows = await this.#ask(model, [...missing.values()], hooks)
    for (const [i, key] of [...missing.keys()].entries()) {
      const row = rows[i] ?? null
      if (row === null) continue
      scores.set(key, row)
      this.#cache.set(key, row)
    }
    for (const key of this.#cache.keys()) {
      if (this.#cache.size <= maxCached) break
      this.#cache.delete(key)
    }
    return scores
  }

  async #ask(rewardModel: string, rows: Row[], hooks: Hooks): Promise<(ScoredResponse | null)[]> {
    const { trainer } = this.#lab
    if (trainer.isTraining) throw trainerBusy()
    hooks.emit({ type: 'progress', phase: 'score', done: 0, total: rows.length })
    const job = { kind: 'score' as const, rewardModel, rows, batchSize: 8, maxQueryTokens: 1024 }
    const { scheme, rows: scored } = await trainer.run<'score'>(job, hooks)
    return scored.map(
      (row) => row && { scheme, score: row.score, rewards: row.tokens.map(({ reward }) => reward) },
    )
  }
}

function noteTooLong(count: number, { emit }: Hooks): void {
  if (count === 0) return
  const sentence = `${count} ${count === 1 ? 'edit is' : 'edits are'} longer than the reward model's context and left out.`
  emit({ type: 'note', sentence })
}

type Row = JobOf<'score'>['rows'][number]

/** The id of an item follows from its content, so the key identifies the model's whole input. */
function keyOf(model: string, { item }: EditedPair, response: string): string {
  return JSON.stringify([model, item.id, response])
}

/** The last reward is that of the end token, which has no text, so it is left out. */
function withRewards(tokens: readonly LabelledToken[], { rewards }: ScoredResponse): LabelledToken[] {
  return tokens.map((token, t) => ({ ...token, reward: rewards[t] ?? null }))
}

/** As `pipeline/reward` takes it. */
export function rewardedEdit({ rejected, edited, scores }: ScoredEdit): RewardedEdit {
  const side = (tokens: LabelledToken[]) => ({
    labels: tokens.map(({ label }) => label),
    rewards: tokens.map(({ reward }) => reward ?? 0),
  })
  return { rejected: side(rejected), edited: side(edited), margin: scores.edited - scores.rejected }
}
