/** What a PPO run's reference answers to the prompts of its samples: asked once in the life of the host. */
import { UserError } from '../../contract/errors.ts'
import type { ReferenceAnswer } from '../../contract/runs.ts'
import { getItem, type Project, type Run } from '../../storage/index.ts'
import type { Lab, WorkHooks } from '../context.ts'
import { respond } from '../judge/outputs.ts'
import { jobOf } from './run.ts'

export class ReferenceAnswers {
  readonly #lab: Lab
  readonly #known = new Map<string, ReferenceAnswer>()

  constructor(lab: Lab) {
    this.#lab = lab
  }

  /**
   * Sampled as the run samples: its temperature, length and seed.
   * @returns an answer a prompt, in their order; none to an item that is gone
   * @throws UserError `unavailable` while the trainer is at work, where any of them is not known yet
   */
  async answer(
    project: Project,
    run: Run,
    promptIds: readonly string[],
    hooks: WorkHooks,
  ): Promise<ReferenceAnswer[]> {
    const keyOf = (promptId: string) => `${project.folder} ${run.id} ${promptId}`
    const missing = [...new Set(promptIds)].filter((id) => !this.#known.has(keyOf(id)))
    if (missing.length > 0)
      for (const answer of await this.#ask(project, run, missing, hooks))
        this.#known.set(keyOf(answer.promptId), answer)
    return promptIds.flatMap((id) => this.#known.get(keyOf(id)) ?? [])
  }

  async #ask(
    project: Project,
    run: Run,
    promptIds: readonly string[],
    hooks: WorkHooks,
  ): Promise<ReferenceAnswer[]> {
    const job = jobOf(project, run)
    if (job.kind !== 'ppo') throw new UserError('bad_input', 'Only PPO has a reference that answers prompts.')
    if (this.#lab.trainer.isAtWork)
      throw new UserError(
        'unavailable',
        'The trainer is at work, and the reference answers with it. Wait for its end, or pause the run.',
      )
    const items = promptIds.flatMap((id) => getItem(project.db, id) ?? [])
    if (items.length === 0) return []
    const { temperature, maxNewTokens, maxQueryTokens, seed } = job.config
    const sampling = { temperature, maxNewTokens, maxQueryTokens, seed, topK: 0, topP: 1 }
    const answers = await respond(this.#lab, job.policy, items, sampling, hooks)
    return answers.map(({ text, ended }, i) => ({ promptId: items[i]!.id, text, ended }))
  }
}
