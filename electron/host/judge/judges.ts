/** Judges by their spec, for judging in the host: what a model has to say comes from the trainer, or from a server. */
import path from 'node:path'
import { type AnyJudgeSpec, JudgeServerOptions, type LanguageJudgeSpec } from '../../contract/judge-spec.ts'
import type { Judge } from '../../pipeline/judge/judge.ts'
import { scoreJudge } from '../../pipeline/judge/judges.ts'
import {
  judgeMessages,
  judgePrompt,
  preferenceOf,
  verdictLetters,
} from '../../pipeline/judge/language-judge.ts'
import { type EndedTexts, programmaticJudge } from '../../pipeline/judge/programmatic-judge.ts'
import type { Lab, WorkHooks } from '../context.ts'
import { serverJudge } from './server-judge.ts'

export interface JudgeSetting {
  /** Whether an output ended by itself: the world's truth minds. */
  ended: EndedTexts
  /** For a reward model: prompts are cut to their last tokens beyond this. */
  maxQueryTokens: number
  /** For a judge on a server. */
  server?: JudgeServerOptions
}

export function makeJudge(lab: Lab, spec: AnyJudgeSpec, setting: JudgeSetting, hooks: WorkHooks): Judge {
  switch (spec.kind) {
    case 'reward':
      return rewardJudge(lab, spec.model, setting, hooks.signal)
    case 'local':
      return localJudge(lab, spec, hooks)
    case 'server':
      return serverJudge(spec, setting.server ?? JudgeServerOptions.parse({}), process.env.STET_JUDGE_KEY)
    default:
      return programmaticJudge(spec, setting.ended)
  }
}

function rewardJudge(
  { trainer }: Lab,
  model: string,
  { maxQueryTokens }: JudgeSetting,
  signal: AbortSignal,
): Judge {
  return scoreJudge(`reward/${nameOf(model)}`, async (entries) => {
    const rows = entries.map(({ question: { prompt, context }, output }) => ({
      prompt,
      context,
      response: output,
    }))
    const job = { kind: 'score' as const, rewardModel: model, rows, batchSize: 8, maxQueryTokens }
    const scored = await trainer.run<'score'>(job, { emit: () => {}, signal })
    return scored.rows.map(({ score }) => score)
  })
}

/** A call opens and compiles the model, so it is given many questions. */
const localBatch = 512

/**
 * P(B) from the log-probabilities of the letters A and B after the prompt. Both orders are asked, so that a liking
 * for a letter cancels out. What doesn't fit the model's context has no verdict.
 */
function localJudge({ trainer }: Lab, { model }: LanguageJudgeSpec, { emit, signal }: WorkHooks): Judge {
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

/** Of a model's folder or file: a run keeps its model in a folder `model` of its own. */
function nameOf(model: string): string {
  return path.basename(model) === 'model' ? path.basename(path.dirname(model)) : path.basename(model)
}
