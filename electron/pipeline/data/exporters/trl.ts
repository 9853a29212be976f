/** TRL's preference rows in conversational form, the context included in the prompt. */
import { promptMessages } from '../../../engine/tokenizer/query.ts'
import { exporter, type PreferencePair } from './exporter.ts'
import { answerMessages, messageRow } from './messages.ts'

export const trlExporter = exporter((source) => source.preferences(), trlRow, {
  prompt: 'messages',
  chosen: 'messages',
  rejected: 'messages',
  id: 'text',
})

export function trlRow({ item, chosen, rejected }: PreferencePair): object {
  return {
    prompt: promptMessages(item).map(messageRow),
    chosen: answerMessages(chosen),
    rejected: answerMessages(rejected),
    id: item.id,
  }
}
