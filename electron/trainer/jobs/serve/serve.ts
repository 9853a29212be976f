/**
 * The job that serves a model: keeps it open and answers rows as they come until it is stopped. Rows that wait together
 * are computed together, and several batches advance in turn, so that a long response does not hold up a short one.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Hooks } from '../../../contract/events.ts'
import type { JobOf, JobResults } from '../../../contract/jobs.ts'
import type { ServeAsk, ServeReply } from '../../../contract/serving.ts'
import { scoreHead } from '../../../engine/model/config.ts'
import { disposeModel } from '../../../engine/model/model.ts'
import { openModelSource } from '../../../engine/model/sources/model-source.ts'
import { yieldToEventLoop } from '../../../engine/training/pauses.ts'
import type { Channel } from '../../serve.ts'
import { type ModelWithTokenizer, openModel } from '../open-model.ts'
import { openRewardModel, type RewardModel } from '../reward-card.ts'
import type { Desk, DeskTools } from './desk.ts'
import { GenerateDesk } from './generate-desk.ts'
import { RewardDesk } from './reward-desk.ts'
import { ScoreDesk } from './score-desk.ts'

/** Requests that are sent together arrive within this time. */
const gatherMs = 5

export async function runServe(
  { model: folder }: JobOf<'serve'>,
  { signal }: Hooks,
  channel: Channel,
): Promise<JobResults['serve']> {
  const opened = openServed(folder)
  const card = 'card' in opened ? opened.card : null
  let rows = 0
  const reply = (message: ServeReply) => {
    if (message.type !== 'token' && message.type !== 'ready') rows++
    channel.reply(message)
  }
  const desks =
    'card' in opened
      ? [new RewardDesk(opened, reply)]
      : [new GenerateDesk({ ...opened, reply }), new ScoreDesk({ ...opened, reply })]
  const bell = new Bell(signal)
  channel.onAsk = (ask) => {
    take(desks, ask, reply)
    bell.ring()
  }
  const { maxPositions, vocabSize } = opened.model.config
  reply({ type: 'ready', model: { scheme: card?.scheme ?? null, maxPositions, vocabSize } })
  try {
    while (!signal.aborted) {
      const isBusy = desks.map((desk) => desk.step()).includes(true)
      if (isBusy) await yieldToEventLoop()
      else await bell.wait().then(() => sleep(gatherMs))
    }
    return { rows }
  } finally {
    for (const desk of desks) desk.dispose()
    disposeModel(opened.model)
  }
}

/** What Stet or another tool saved as a reward model is served as one. */
function openServed(folder: string): ModelWithTokenizer | RewardModel {
  const { parameters, classification } = openModelSource(folder)
  const isReward = classification !== null || parameters.shapes.has(scoreHead)
  return isReward ? openRewardModel(folder) : openModel({ path: folder })
}

function take(desks: readonly Desk[], ask: ServeAsk, reply: DeskTools['reply']): void {
  if (ask.type === 'drop') for (const desk of desks) desk.drop(ask.row)
  else if (!desks.some((desk) => desk.take(ask)))
    reply({ type: 'refused', row: ask.row, sentence: 'This kind of model cannot do that.' })
}

/** Wakes the one who waits for work; a ring before the wait counts. */
class Bell {
  readonly #signal: AbortSignal
  #hasRung = false
  #wake = () => {}

  constructor(signal: AbortSignal) {
    this.#signal = signal
    signal.addEventListener('abort', () => this.ring())
  }

  ring(): void {
    this.#hasRung = true
    this.#wake()
  }

  async wait(): Promise<void> {
    if (!this.#hasRung && !this.#signal.aborted) await new Promise<void>((resolve) => (this.#wake = resolve))
    this.#hasRung = false
  }
}
