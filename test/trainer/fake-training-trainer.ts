/**
 * A trainer whose training is counting: what it reports at a step follows from the step alone, and it resumes from the
 * newest checkpoint in its run's folder, as the real one does. `epochs` is the number of steps. At the step
 * FAKE_OUT_OF_MEMORY_AT it runs out of memory, at FAKE_HANG_AT its process stands still.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../../electron/contract/errors.ts'
import type { Hooks } from '../../electron/contract/events.ts'
import type { Job, JobResults } from '../../electron/contract/jobs.ts'
import { recordText } from '../../electron/engine/checkpoints/checkpoint-record.ts'
import { loadTokenizer } from '../../electron/engine/tokenizer/index.ts'
import { serveJobs } from '../../electron/trainer/serve.ts'

const exhaustedAt = Number(process.env.FAKE_OUT_OF_MEMORY_AT ?? 0)
const hangsAt = Number(process.env.FAKE_HANG_AT ?? 0)

function newestStep(folder: string): number {
  const steps = readdirSync(folder).flatMap((name) => /^step-(\d{8})$/.exec(name)?.[1] ?? [])
  return Math.max(0, ...steps.map(Number))
}

function saveCheckpoint(folder: string, step: number): void {
  const whole = path.join(folder, `step-${String(step).padStart(8, '0')}`)
  mkdirSync(`${whole}.partial`, { recursive: true })
  writeFileSync(path.join(`${whole}.partial`, 'manifest.json'), recordText(step, {}, {}))
  renameSync(`${whole}.partial`, whole)
}

/** Stops this process, once its pulse has told the host that it is up. */
async function hang(): Promise<void> {
  await sleep(2000)
  process.kill(process.pid, 'SIGSTOP')
}

async function count(
  job: Extract<Job, { kind: 'sft' }>,
  { emit, signal }: Hooks,
): Promise<JobResults['sft']> {
  const { folder, config } = job
  const totalSteps = config.epochs
  let step = newestStep(folder)
  const end = { reason: null, dropped: 0, cut: 0, scale: null, heldoutLoss: null }
  emit({ type: 'starting', at: { stage: 'opening' } })
  emit({ type: 'starting', at: { stage: 'compiling', program: 'sft_step', number: 1, of: 1 } })
  emit({ type: 'starting', at: { stage: 'computing', compiled: 1, of: 1 } })
  while (step < totalSteps) {
    await sleep(2)
    step++
    if (step === exhaustedAt) throw new UserError('out_of_memory', 'Memory ran out. Use smaller batches.')
    if (step === hangsAt) await hang()
    emit({
      type: 'step',
      step,
      totalSteps,
      metrics: { 'sft/loss': 1 / step, 'optim/learning_rate': step / 3 },
    })
    if (step % 3 === 0) {
      const tokens = [{ text: `${step}`, reward: step, value: 0, advantage: 0, kl: 0 }]
      emit({
        type: 'samples',
        step,
        samples: [{ promptId: 'p', response: `${step}`, tokens, score: step, ended: true }],
      })
    }
    if (step % config.checkpointEvery === 0 || signal.aborted) saveCheckpoint(folder, step)
    if (signal.aborted) return { ...end, state: 'paused', step, model: null }
  }
  const model = path.join(folder, 'model')
  if (!existsSync(model)) mkdirSync(model)
  writeFileSync(path.join(model, 'config.json'), '{}')
  return { ...end, state: 'done', step, model }
}

/** Answers each prompt with its number of messages; a model called `endless` is cut off. */
function speak({ model, prompts }: Extract<Job, { kind: 'generate' }>): JobResults['generate'] {
  const ended = path.basename(model) !== 'endless'
  const rows = prompts.map((prompt) => {
    const messages = typeof prompt === 'string' ? 0 : prompt.prompt.length
    return { text: ` ${messages} messages. `, ids: [1], ended }
  })
  return { rows, cut: 0 }
}

/**
 * Rewards the tokens `good` and `bad` by 1 and −1 and all others, the end token too, by 0; a response's score is their
 * sum. A model called `slow` never ends.
 */
async function score(
  { rewardModel, rows }: Extract<Job, { kind: 'score' }>,
  { emit, signal }: Hooks,
): Promise<JobResults['score']> {
  while (path.basename(rewardModel) === 'slow') {
    signal.throwIfAborted()
    await sleep(5)
  }
  const tokenizer = loadTokenizer(rewardModel)
  const rewards: Record<string, number> = { good: 1, bad: -1 }
  const scored = rows.map(({ response }) => {
    const tokens = [...tokenizer.encode(response), tokenizer.eosId].map((id) => {
      const text = tokenizer.pieceOf(id)
      return { text, reward: rewards[text.trim()] ?? 0 }
    })
    return { score: tokens.reduce((sum, { reward }) => sum + reward, 0), tokens }
  })
  emit({ type: 'progress', phase: 'score', done: rows.length, total: rows.length })
  return { scheme: 'bt-changed', rows: scored }
}

serveJobs(async (job, hooks) => {
  if (job.kind === 'sft') return count(job, hooks)
  if (job.kind === 'generate') return speak(job)
  if (job.kind === 'score') return score(job, hooks)
  throw new Error(`No fake for ${job.kind}.`)
})
