/** Judges of finished models, by their settings; those with a model ask the trainer or a server. */
import path from 'node:path'
import { type Hooks, silentHooks } from '../../contract/events.ts'
import { JudgeServerOptions } from '../../contract/judge.ts'
import {
  type AnyJudgeSpec,
  applyToKind,
  isProgrammatic,
  type ModelJudgeSpecs,
} from '../../contract/judge-kinds.ts'
import type { Judge } from '../../pipeline/judge/judge.ts'
import { scoreJudge } from '../../pipeline/judge/judges.ts'
import {
  judgeMessages,
  judgePrompt,
  preferenceOf,
  verdictLetters,
} from '../../pipeline/judge/language-judge.ts'
import { programmaticJudge } from '../../pipeline/judge/programmatic-judge.ts'
import type { Lab } from '../context.ts'
import { serverKey } from '../models/check-server.ts'
import { serverJudge } from './server-judge.ts'

export interface JudgeSetting {
  /** For a reward model: longer prompts are truncated to their last tokens. */
  maxQueryTokens: number
  /** Settings of a judge on a server. */
  server?: JudgeServerOptions
}

interface Using {
  lab: Lab
  setting: JudgeSetting
  hooks: Hooks
}

/** The judges with a model. */
const modelJudges: { [Kind in keyof ModelJudgeSpecs]: (spec: ModelJudgeSpecs[Kind], using: Using) => Judge } =
  {
    reward: rewardJudge,
    local: localJudge,
    server: (spec, { setting: { server = JudgeServerOptions.parse({}) } }) =>
      serverJudge(spec, server, serverKey()),
  }

export function makeJudge(lab: Lab, spec: AnyJudgeSpec, setting: JudgeSetting, hooks: Hooks): Judge {
  if (isProgrammatic(spec)) return programmaticJudge(spec)
  return applyToKind(modelJudges, spec.kind, spec, { lab, setting, hooks })
}

function rewardJudge(
  { model }: ModelJudgeSpecs['reward'],
  { lab: { trainer }, setting: { maxQueryTokens }, hooks: { signal } }: Using,
): Judge {
  return scoreJudge(`reward/${nameOf(model)}`, async (entries) => {
    const rows = entries.map(({ question: { prompt, context }, text }) => ({
      prompt,
      context,
      response: text,
    }))
    const job = { kind: 'score' as const, rewardModel: model, rows, batchSize: 8, maxQueryTokens }
    const scored = await trainer.run<'score'>(job, silentHooks(signal))
    return scored.rows.map((row) => row?.score ?? null)
  })
}

/** A call opens and compiles the model, so it gets many questions. */
const localBatch = 512

/**
 * P(B) from the log-probabilities of the letters A and B after the prompt. Both orders are asked, so that a
 * preference for a letter cancels out. A pair that doesn't fit the model's context gets no verdict.
 */
function localJudge(
  { model }: ModelJudgeSpecs['local'],
  { lab: { trainer }, hooks: { emit, signal } }: Using,
): Judge {
  return {
    name: `local/${nameOf(model)}/${judgePrompt}`,
    batchSize: localBatch,
    concurrency: 1,
    async compare(questions) {
      const prompts = questions.map((question) => ({ prompt: judgeMessages(question) }))
      const began = performance.now()
      const { rows } = await trainer.run<'choose'>(
        { kind: 'choose', model, prompts, choices: [...verdictLetters], batchSize: 8 },
        { emit, signal },
      )
      const elapsedMs = (performance.now() - began) / questions.length
      return rows.map((row) => {
        if (row === null)
          return { preferSecond: null, rawReply: "The pair is longer than the model's context.", elapsedMs }
        const [first, second] = row.logprobs as [number, number]
        const rawReply = JSON.stringify({ A: first, B: second })
        return { preferSecond: preferenceOf([first, second]), rawReply, elapsedMs }
      })
    },
  }
}

/** Name of a model's folder or file; a run keeps its model in its own folder, in `model`. */
function nameOf(model: string): string {
  return path.basename(model) === 'model' ? path.basename(path.dirname(model)) : path.basename(model)
}
