/** The turns of a conversation, the settings of asking, and what a side was asked at a turn. */
import type { Message } from '../../electron/contract/records.ts'

export interface Answer {
  model: string
  text: string
  state: 'waiting' | 'running' | 'done' | 'stopped' | 'failed'
  tokens: number
  seconds: number
  /** False if it was cut off at the longest allowed length. */
  ended: boolean
  /** What the host remarks, such as that the context has no room for more. */
  notes: string[]
  error: string | null
}

export interface Turn {
  id: number
  prompt: string
  answers: Answer[]
}

export interface AskSettings {
  system: string
  temperature: number
  topP: number
  maxNew: number
  seed: number
  /** Otherwise the second model draws other random numbers. */
  isSeedShared: boolean
  /** Without it the model continues the text, and earlier turns are not sent. */
  usesTemplate: boolean
}

export const defaultAskSettings: AskSettings = {
  system: '',
  temperature: 0.7,
  topP: 0.95,
  maxNew: 256,
  seed: 1,
  isSeedShared: true,
  usesTemplate: true,
}

/**
 * What a side of a turn was asked: the turns before it with that side's own answers, or the first side's where it had none.
 * Turns that have no answer are left out.
 */
export function messagesOf(
  turns: readonly Turn[],
  { turn, side, system }: { turn: number; side: number; system: string },
): Message[] {
  const messages: Message[] = system.trim() === '' ? [] : [{ role: 'system', content: system }]
  for (const { prompt, answers } of turns.slice(0, turn)) {
    const text = (answers[side] ?? answers[0])?.text ?? ''
    if (text === '') continue
    messages.push({ role: 'user', content: prompt }, { role: 'assistant', content: text })
  }
  messages.push({ role: 'user', content: turns[turn]!.prompt })
  return messages
}
