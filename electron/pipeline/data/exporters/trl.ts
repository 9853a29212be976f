/** TRL's preference rows in conversational form, the context included in the prompt. */
import type { Message } from '../../../contract/records.ts'
import { promptMessages } from '../../../engine/tokenizer/query.ts'
import { exporter, type PreferencePair } from './exporter.ts'
import { messageRow } from './messages.ts'

export const trlExporter = exporter((source) => source.preferences(), trlRow)

export function trlRow({ item, chosen, rejected }: PreferencePair): object {
  const answer = (content: string): Message[] => [{ role: 'assistant', content }]
  return {
    prompt: promptMessages(item).map(messageRow),
    chosen: answer(chosen),
    rejected: answer(rejected),
    id: item.id,
  }
}
