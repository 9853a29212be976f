/**
 * Thinking blocks, `<think>…</think>` before an answer: they are separated from the response, which people and judges
 * see and models learn.
 */
import type { Tokenizer } from './tokenizer.ts'

const opened = /^\s*<think>/
export const thinkingStart = '<think>'
export const thinkingEnd = '</think>'

/** A prompt whose template has opened a block that the model is to fill. */
export function opensThinking(prompt: string): boolean {
  return /<think>\s*$/.test(prompt)
}

/** Closes a block that a template has opened at the end of a prompt, empty. */
export function closeThinking(prompt: string): string {
  return opensThinking(prompt) ? `${prompt.trimEnd()}\n\n${thinkingEnd}\n\n` : prompt
}

/** The response without the thinking block that it begins with, if it has one; empty if the block has no end. */
export function withoutThinking(response: string): string {
  return opened.test(response) ? afterThinking(response) : response
}

function afterThinking(text: string): string {
  const end = text.indexOf(thinkingEnd)
  return end < 0 ? '' : text.slice(end + thinkingEnd.length).trimStart()
}

/**
 * The text of a generated response, without special tokens and without its thinking block. The tags may be special
 * tokens themselves.
 * @param isOpen whether the prompt has opened the block
 */
export function responseText(
  tokenizer: Pick<Tokenizer, 'decode'>,
  ids: readonly number[],
  { isOpen, keepThinking }: { isOpen: boolean; keepThinking: boolean },
): string {
  const decode = (part: readonly number[]) => tokenizer.decode(part, { skipSpecial: true })
  if (keepThinking) return decode(ids)
  const whole = tokenizer.decode(ids)
  if (!isOpen && !opened.test(whole)) return decode(ids)
  if (!whole.includes(thinkingEnd)) return ''
  const first = firstPrefix(ids.length, (length) =>
    tokenizer.decode(ids.slice(0, length)).includes(thinkingEnd),
  )
  // The token that ends the block may also begin the answer.
  const inside = tokenizer.decode(ids.slice(0, first))
  const begun = inside.slice(inside.indexOf(thinkingEnd) + thinkingEnd.length)
  return (begun + decode(ids.slice(first))).trimStart()
}

/** The smallest length for which `holds`, which then holds for all greater ones up to `size`. */
function firstPrefix(size: number, holds: (length: number) => boolean): number {
  let [low, high] = [0, size]
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
