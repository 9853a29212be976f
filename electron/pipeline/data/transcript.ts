/** HH-RLHF's plain-text dialogues: turns that open with `\n\nHuman:` or `\n\nAssistant:`, one space, the text. */
import type { Message } from '../../contract/records.ts'

const turnOpening = /\n\n(Human|Assistant):/

/** Whether a text opens with a human turn and has an assistant turn. */
export function isTranscript(text: unknown): text is string {
  return typeof text === 'string' && /^\n\nHuman:/.test(text) && text.includes('\n\nAssistant:')
}

/** Whether a text is a transcript that ends where the assistant's next turn begins. */
export function isTranscriptPrompt(text: string): boolean {
  return isTranscript(text) && /\n\nAssistant: ?$/.test(text)
}

/** @returns the turns, each without its opening and the one space after it */
export function parseTranscript(text: string): Message[] {
  const [, ...parts] = text.split(turnOpening)
  const messages: Message[] = []
  for (let index = 0; index < parts.length; index += 2) {
    const role = parts[index] === 'Human' ? 'user' : 'assistant'
    messages.push({ role, content: parts[index + 1]!.replace(/^ /, '') })
  }
  return messages
}

/** Messages as one text: a single question as it is, a dialogue as a transcript. A system message goes before the rest. */
export function formatTranscript(messages: readonly Message[]): string {
  const [first, ...rest] = messages
  const system = first?.role === 'system' ? `${first.content}\n\n` : ''
  const turns = system === '' ? messages : rest
  if (turns.length === 1) return system + turns[0]!.content
  const names = { system: 'Human', user: 'Human', assistant: 'Assistant' }
  return `${system}${turns.map(({ role, content }) => `\n\n${names[role]}: ${content}`).join('')}\n\nAssistant:`
}
