/** Messages as exported: their keys in a fixed order. */
import type { Message } from '../../../contract/records.ts'

export function messageRow({ role, content }: Message): Message {
  return { role, content }
}

export function answerMessages(content: string): Message[] {
  return [{ role: 'assistant', content }]
}
