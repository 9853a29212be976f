/**
 * Answers to imitate, for SFT: dialogues (TRL's language modelling, OpenAI, LLaMA-Factory) or TRL's prompts with
 * completions, and answers with a verdict, for KTO. The context is included in the prompt.
 */
import { promptMessages } from '../../../engine/tokenizer/query.ts'
import { type Demonstration, exporter, type JudgedAnswer } from './exporter.ts'
import { answerMessages, messageRow } from './messages.ts'

export const sftExporter = exporter((source) => source.demonstrations(), sftRow, {
  messages: 'messages',
  id: 'text',
})

export const completionExporter = exporter((source) => source.demonstrations(), completionRow, {
  prompt: 'messages',
  completion: 'messages',
  id: 'text',
})

export const ktoExporter = exporter((source) => source.judgedAnswers(), ktoRow, {
  prompt: 'messages',
  completion: 'messages',
  label: 'truth',
  id: 'text',
})

export function sftRow({ item, answer }: Demonstration): object {
  return { messages: [...promptMessages(item).map(messageRow), ...answerMessages(answer)], id: item.id }
}

export function completionRow({ item, answer }: Demonstration): object {
  return {
    prompt: promptMessages(item).map(messageRow),
    completion: answerMessages(answer),
    id: item.id,
  }
}

export function ktoRow({ item, answer, isGood }: JudgedAnswer): object {
  return {
    prompt: promptMessages(item).map(messageRow),
    completion: answerMessages(answer),
    label: isGood,
    id: item.id,
  }
}
