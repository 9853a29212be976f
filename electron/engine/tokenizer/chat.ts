/** Chat templates: messages become the text that an instruct model was trained on. */
import { Template } from '@huggingface/jinja'
import { UserError } from '../../contract/errors.ts'
import type { Message } from '../../contract/records.ts'
import { makeFinder } from './added-tokens.ts'
import { callPythonStrings, stringFunctions } from './python-template.ts'
import { enterStage } from './stage.ts'

/**
 * Templates may ask for today's date. The same conversation must have the same ids every day, so all of them
 * get the date that Llama 3's template uses if it can't ask.
 */
const fixedDate = '{% macro strftime_now(format) %}26 Jul 2024{% endmacro %}\n'

/** Characters that Unicode keeps for internal use (U+FDD0 to U+FDEF). */
const noncharacters = Array.from({ length: 32 }, (_, i) => String.fromCharCode(0xfdd0 + i))

/** Variables that a user passes to a template, such as `enable_thinking`. */
export type TemplateVariables = Readonly<Record<string, unknown>>

export interface ChatTemplate {
  /**
   * @returns the rendered text, in which special tokens inside message contents are broken by `mark`
   *   after their first character; the caller removes the marks after it has searched for special tokens
   */
  render(
    messages: readonly Message[],
    addGenerationPrompt: boolean,
    variables: TemplateVariables,
  ): { text: string; mark: string }
}

/**
 * @param name whose template it is, for error messages
 * @param specialContents texts of the special tokens, which message contents must not produce
 * @param tokens variables of every template, such as `bos_token`
 * @throws UserError if the template can't be read
 */
export function readChatTemplate(
  source: string,
  name: string,
  specialContents: readonly string[],
  tokens: Readonly<Record<string, string>>,
): ChatTemplate {
  const template = explain(name, () => new Template(fixedDate + source))
  callPythonStrings(template)
  const findSpecial = makeFinder(specialContents.map((content) => ({ content })))
  return {
    render(messages, addGenerationPrompt, variables) {
      enterStage('chat_template')
      const mark = findMark(messages)
      const disarmed = messages.map(({ role, content }) => ({
        role,
        content: breakTokens(content, findSpecial, mark),
      }))
      const text = explain(name, () =>
        template.render({
          ...stringFunctions,
          ...tokens,
          ...variables,
          messages: disarmed,
          add_generation_prompt: addGenerationPrompt,
        }),
      )
      return { text, mark }
    },
  }
}

function explain<T>(name: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw new UserError(
      'bad_input',
      `The chat template of ${name} can't be used with this conversation: ${(error as Error).message}`,
      { cause: error },
    )
  }
}

function findMark(messages: readonly Message[]): string {
  const mark = noncharacters.find((character) =>
    messages.every(({ content }) => !content.includes(character)),
  )
  if (mark !== undefined) return mark
  throw new UserError(
    'bad_input',
    'A message contains all 32 characters U+FDD0 to U+FDEF, which are not text. Remove them.',
  )
}

/** Puts the mark after the first character of every special token in a text. */
function breakTokens(content: string, find: ReturnType<typeof makeFinder>, mark: string): string {
  let broken = ''
  let from = 0
  for (let i = 0; i < content.length; i++) {
    if (find(content, i) === undefined) continue
    broken += content.slice(from, i + 1) + mark
    from = i + 1
  }
  return broken + content.slice(from)
}

const plainRoles = { system: 'System', user: 'User', assistant: 'Assistant' }

/**
 * The format for models without a template, in parts that are encoded one by one:
 * `User:\n…\n\nAssistant:\n…`, and the end token (`null`) after each of the assistant's messages.
 */
export function plainChat(messages: readonly Message[], addGenerationPrompt: boolean): (string | null)[] {
  const parts: (string | null)[] = []
  let text = ''
  for (const { role, content } of messages) {
    text += `${plainRoles[role]}:\n${content}`
    if (role === 'assistant') {
      parts.push(text, null)
      text = ''
    } else {
      text += '\n\n'
    }
  }
  if (addGenerationPrompt) text += 'Assistant:\n'
  if (text !== '') parts.push(text)
  return parts
}
