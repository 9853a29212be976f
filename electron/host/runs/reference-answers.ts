/** Responses of a PPO run's reference to the prompts of its samples, remembered until the host ends. */
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import type { ReferenceAnswer } from '../../contract/runs.ts'
import { getItem, type Project, type Run } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import { trainerBusy } from '../errors/trainer-busy.ts'
import { respond } from '../judge/outputs.ts'
import { jobOf } from './run.ts'

export class ReferenceAnswers {
  readonly #lab: Lab
  readonly #remembered = new Map<string, ReferenceAnswer>()

  constructor(lab: Lab) {
    this.#lab = lab
  }

  /**
   * Sampled as the run samples: its temperature, length and seed.
   * @returns one response per prompt, in order; none for a deleted item
   * @throws UserError `unavailable` if the trainer is busy and any response is still missing
   */
  async answer(
    project: Project,
    run: Run,
    promptIds: readonly string[],
    hooks: Hooks,
  ): Promise<ReferenceAnswer[]> {
    const keyOf = (promptId: string) => `${project.folder} ${run.id} ${promptId}`
    const missing = [...new Set(promptIds)].filter((id) => !this.#remembered.has(keyOf(id)))
    if (missing.length > 0)
      for (const answer of await this.#generate(project, run, missing, hooks))
        this.#remembered.set(keyOf(answer.promptId), answer)
    return promptIds.flatMap((id) => this.#remembered.get(keyOf(id)) ?? [])
  }

  async #generate(
    project: Project,
    run: Run,
    promptIds: readonly string[],
    hooks: Hooks,
  ): Promise<ReferenceAnswer[]> {
    const job = jobOf(project, run)
    if (job.kind !== 'ppo')
      throw new UserError('bad_input', 'Only PPO runs have a reference that responds to prompts.')
    if (this.#lab.trainer.isBusy) throw trainerBusy()
    const items = promptIds.flatMap((id) => getItem(project.db, id) ?? [])
    if (items.length === 0) return []
    const { temperature, maxNewTokens, maxQueryTokens, seed, templateVariables, keepThinking } = job.config
    const chat = { templateVariables, keepThinking }
    const sampling = { temperature, maxNewTokens, maxQueryTokens, seed, topK: 0, topP: 1, ...chat }
    const answers = await respond(this.#lab, { model: job.policy, items, ...sampling }, hooks)
    return answers.map(({ text, ended }, i) => ({ promptId: items[i]!.id, text, ended }))
  }
}
