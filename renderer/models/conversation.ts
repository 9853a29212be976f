/**
 * A conversation with one model or two, turn by turn: what was asked, and each side's answer as it is generated. It is kept
 * while other views are open, and continues there; it is not stored.
 */
import { useSyncExternalStore } from 'react'
import { host } from '../app/connection.ts'
import { sentenceOf } from '../ui/problem.tsx'
import { type Answer, type AskSettings, defaultAskSettings, messagesOf, type Turn } from './turns.ts'

/** A language model of the project. */
export interface Speaker {
  name: string
  path: string
}

export interface Snapshot {
  turns: readonly Turn[]
  settings: AskSettings
  isAnswering: boolean
}

/** The event that comes as text is generated, and what a stream of them ends with. */
type Events = AsyncIterator<
  { type: string; text?: string; sentence?: string },
  { tokens?: number; ended?: boolean; ids?: number[] }
>

export class Conversation {
  readonly #project: string
  readonly #listeners = new Set<() => void>()
  #snapshot: Snapshot = { turns: [], settings: defaultAskSettings, isAnswering: false }
  #call: AbortController | null = null
  #lastId = 0

  constructor(project: string) {
    this.#project = project
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly snapshot = (): Snapshot => this.#snapshot

  change(settings: Partial<AskSettings>): void {
    this.#show({ settings: { ...this.#snapshot.settings, ...settings } })
  }

  async ask(prompt: string, speakers: readonly Speaker[]): Promise<void> {
    this.#lastId++
    const turn: Turn = { id: this.#lastId, prompt, answers: speakers.map(({ name }) => waiting(name)) }
    this.#show({ turns: [...this.#snapshot.turns, turn] })
    await this.#answer(turn.id, speakers, this.#snapshot.settings.seed)
  }

  /** Asks the last turn again, with other random numbers. */
  async again(speakers: readonly Speaker[]): Promise<void> {
    const last = this.#snapshot.turns.at(-1)
    if (!last) return
    const seed = this.#snapshot.settings.seed + 1
    this.change({ seed })
    this.#showTurn(
      last.id,
      speakers.map(({ name }) => waiting(name)),
    )
    await this.#answer(last.id, speakers, seed)
  }

  stop(): void {
    this.#call?.abort()
  }

  clear(): void {
    this.stop()
    this.#show({ turns: [] })
  }

  /** One model after the other; they share the trainer. */
  async #answer(id: number, speakers: readonly Speaker[], seed: number): Promise<void> {
    this.stop()
    const call = new AbortController()
    this.#call = call
    this.#show({ isAnswering: true })
    for (const [side, speaker] of speakers.entries()) {
      if (call.signal.aborted) this.#showSide(id, side, { state: 'stopped' })
      else await this.#answerSide({ id, side, seed, speaker }, call.signal)
    }
    if (this.#call !== call) return
    this.#call = null
    this.#show({ isAnswering: false })
  }

  async #answerSide(
    { id, side, seed, speaker }: { id: number; side: number; seed: number; speaker: Speaker },
    signal: AbortSignal,
  ): Promise<void> {
    const startedAt = performance.now()
    let text = ''
    let tokens = 0
    const notes: string[] = []
    const show = (more: Partial<Answer>) =>
      this.#showSide(id, side, {
        text,
        tokens,
        notes: [...notes],
        seconds: (performance.now() - startedAt) / 1000,
        ...more,
      })
    show({ state: 'running' })
    try {
      const events = await this.#request({ id, side, seed, speaker }, signal)
      for (;;) {
        const next = await events.next()
        if (next.done) {
          const counted = next.value.tokens ?? next.value.ids?.length ?? tokens
          show({ state: 'done', tokens: counted, ended: next.value.ended ?? true })
          return
        }
        if (next.value.type === 'note') notes.push(next.value.sentence ?? '')
        if (next.value.type !== 'token') continue
        text += next.value.text ?? ''
        tokens++
        show({ state: 'running' })
      }
    } catch (error) {
      if (signal.aborted) show({ state: 'stopped' })
      else show({ state: 'failed', error: sentenceOf(error) })
    }
  }

  #request(
    { id, side, seed, speaker }: { id: number; side: number; seed: number; speaker: Speaker },
    signal: AbortSignal,
  ): Promise<Events> {
    const { turns, settings } = this.#snapshot
    const { temperature, topP, maxNew, isSeedShared, system } = settings
    const sampling = { temperature, topP, maxNew, seed: isSeedShared ? seed : seed + side }
    const turn = turns.findIndex((each) => each.id === id)
    if (!settings.usesTemplate) {
      const { prompt } = turns[turn]!
      return host.verbs.generate({ model: speaker.path, prompt, chat: false, ...sampling }, { signal })
    }
    const messages = messagesOf(turns, { turn, side, system })
    return host.models.chat(
      { project: this.#project, model: speaker.name, messages, ...sampling },
      { signal },
    )
  }

  #showSide(id: number, side: number, change: Partial<Answer>): void {
    const turn = this.#snapshot.turns.find((each) => each.id === id)
    if (turn)
      this.#showTurn(
        id,
        turn.answers.map((answer, i) => (i === side ? { ...answer, ...change } : answer)),
      )
  }

  #showTurn(id: number, answers: Answer[]): void {
    this.#show({ turns: this.#snapshot.turns.map((turn) => (turn.id === id ? { ...turn, answers } : turn)) })
  }

  #show(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change }
    for (const listener of this.#listeners) listener()
  }
}

function waiting(model: string): Answer {
  return { model, text: '', state: 'waiting', tokens: 0, seconds: 0, ended: false, notes: [], error: null }
}

const conversations = new Map<string, Conversation>()

/** The project's conversation, and what it shows now. */
export function useConversation(project: string): Snapshot & { conversation: Conversation } {
  const conversation = conversations.get(project) ?? new Conversation(project)
  conversations.set(project, conversation)
  const snapshot = useSyncExternalStore(conversation.subscribe, conversation.snapshot)
  return { ...snapshot, conversation }
}
