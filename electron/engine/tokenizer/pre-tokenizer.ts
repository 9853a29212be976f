/**
 * Pre-tokenizers of tokenizer.json: they split text into the words that the model splits further.
 * They behave as Hugging Face's `tokenizers` library does (split behaviours included) and keep track of the original.
 */
import { toByteCharacters } from './byte-level.ts'
import { at, type JsonPlace, readArray, readFlag, readObject, readString, refuse } from './json.ts'
import { type MappedText, prependMapped, type Range, replaceRanges, sliceMapped } from './mapped-text.ts'
import { compilePattern, gpt2Words, readPattern } from './pattern.ts'

const behaviors = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'] as const
type Behavior = (typeof behaviors)[number]

const prependSchemes = ['always', 'first', 'never'] as const

export type PreTokenizerStep =
  | { type: 'split'; pattern: RegExp; behavior: Behavior; invert: boolean }
  | { type: 'byteLevel' }
  | { type: 'spaces'; replacement: string; prependScheme: (typeof prependSchemes)[number] }

const anyNumber = compilePattern({ Regex: String.raw`\p{N}` })
const anyPunctuation = compilePattern({ Regex: String.raw`[\p{P}\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E]` })
const byteLevelWords = compilePattern({ Regex: gpt2Words })

/** Reads the key "pre_tokenizer". @throws UserError on one that is not supported */
export function readPreTokenizer(value: unknown, place: JsonPlace): PreTokenizerStep[] {
  if (value === null || value === undefined) return []
  const config = readObject(value, place)
  switch (config.type) {
    case 'Sequence': {
      const listPlace = at(place, 'pretokenizers')
      return readArray(config.pretokenizers, listPlace).flatMap((step, i) =>
        readPreTokenizer(step, at(listPlace, i)),
      )
    }
    case 'Split': {
      const pattern = readPattern(config.pattern, at(place, 'pattern'))
      const behavior = readChoice(config.behavior, at(place, 'behavior'), behaviors)
      return [
        { type: 'split', pattern, behavior, invert: readFlag(config.invert, at(place, 'invert'), false) },
      ]
    }
    case 'Digits': {
      const isIndividual = readFlag(config.individual_digits, at(place, 'individual_digits'), false)
      return [split(anyNumber, isIndividual ? 'Isolated' : 'Contiguous')]
    }
    case 'Punctuation': {
      const behavior = readChoice(config.behavior ?? 'Isolated', at(place, 'behavior'), behaviors)
      return [split(anyPunctuation, behavior)]
    }
    case 'ByteLevel':
      return readByteLevel(config, place)
    case 'Metaspace':
      return readMetaspace(config, place)
    default:
      return refuse(
        at(place, 'type'),
        config.type,
        'only ByteLevel, Split, Digits, Punctuation, Metaspace and Sequence are supported. Use another tokenizer.',
      )
  }
}

function split(pattern: RegExp, behavior: Behavior): PreTokenizerStep {
  return { type: 'split', pattern, behavior, invert: false }
}

function readByteLevel(config: { [key: string]: unknown }, place: JsonPlace): PreTokenizerStep[] {
  const steps: PreTokenizerStep[] = []
  if (readFlag(config.add_prefix_space, at(place, 'add_prefix_space'), true)) {
    steps.push({ type: 'spaces', replacement: ' ', prependScheme: 'always' })
  }
  if (readFlag(config.use_regex, at(place, 'use_regex'), true)) steps.push(split(byteLevelWords, 'Isolated'))
  return [...steps, { type: 'byteLevel' }]
}

function readMetaspace(config: { [key: string]: unknown }, place: JsonPlace): PreTokenizerStep[] {
  const replacement = readString(config.replacement, at(place, 'replacement'))
  const legacy = readFlag(config.add_prefix_space, at(place, 'add_prefix_space'), true) ? 'always' : 'never'
  const scheme = config.prepend_scheme ?? legacy
  const prependScheme = readChoice(scheme, at(place, 'prepend_scheme'), prependSchemes)
  const marks: PreTokenizerStep = { type: 'spaces', replacement, prependScheme }
  const splits = readFlag(config.split, at(place, 'split'), true)
  return splits ? [marks, split(compilePattern({ String: replacement }), 'MergedWithNext')] : [marks]
}

function readChoice<T extends string>(value: unknown, place: JsonPlace, choices: readonly T[]): T {
  const choice = choices.find((each) => each === value)
  return choice ?? refuse(place, value, `it must be one of ${choices.join(', ')}.`)
}

/**
 * @param mapped one section of a text, between added tokens
 * @param isFirst whether the section begins the whole text
 * @returns its words in order, without empty ones
 */
export function preTokenize(
  steps: readonly PreTokenizerStep[],
  mapped: MappedText,
  isFirst: boolean,
): MappedText[] {
  let words = [mapped]
  for (const step of steps) {
    words = words.flatMap((word, i) => applyStep(step, word, isFirst && i === 0))
  }
  return words.filter(({ text }) => text !== '')
}

function applyStep(step: PreTokenizerStep, word: MappedText, isFirst: boolean): MappedText[] {
  switch (step.type) {
    case 'split':
      return splitRanges(word.text, step).map((range) => sliceMapped(word, range))
    case 'byteLevel':
      return [toByteCharacters(word)]
    case 'spaces':
      return [markSpaces(word, step, isFirst)]
  }
}

function markSpaces(
  word: MappedText,
  { replacement, prependScheme }: PreTokenizerStep & { type: 'spaces' },
  isFirst: boolean,
): MappedText {
  const spaces = [...word.text.matchAll(/ /g)]
  const marked = replaceRanges(
    word,
    spaces.map(({ index }) => ({ start: index, end: index + 1, content: replacement })),
  )
  const mayPrepend = prependScheme === 'always' || (prependScheme === 'first' && isFirst)
  return mayPrepend && !marked.text.startsWith(replacement) ? prependMapped(marked, replacement) : marked
}

type Segment = Range & { isMatch: boolean }

function splitRanges(
  text: string,
  { pattern, behavior, invert }: PreTokenizerStep & { type: 'split' },
): Range[] {
  const segments = findSegments(text, pattern, invert)
  switch (behavior) {
    case 'Removed':
      return segments.filter(({ isMatch }) => !isMatch)
    case 'Isolated':
      return segments
    case 'MergedWithPrevious':
      return merge(segments, (segment, before) => segment.isMatch && before !== undefined && !before.isMatch)
    case 'MergedWithNext':
      return merge(segments, (segment, before) => before?.isMatch === true && !segment.isMatch)
    case 'Contiguous':
      return merge(segments, (segment, before) => segment.isMatch === before?.isMatch)
  }
}

/** Splits text into matches and the text between them. */
function findSegments(text: string, pattern: RegExp, invert: boolean): Segment[] {
  const segments: Segment[] = []
  let from = 0
  for (const match of text.matchAll(pattern)) {
    const end = match.index + match[0].length
    if (match.index > from) segments.push({ start: from, end: match.index, isMatch: invert })
    if (end > match.index) segments.push({ start: match.index, end, isMatch: !invert })
    from = end
  }
  if (from < text.length) segments.push({ start: from, end: text.length, isMatch: invert })
  return segments
}

function merge(
  segments: Segment[],
  joins: (segment: Segment, before: Segment | undefined) => boolean,
): Range[] {
  const merged: Range[] = []
  for (const [i, segment] of segments.entries()) {
    if (i > 0 && joins(segment, segments[i - 1])) merged.at(-1)!.end = segment.end
    else merged.push({ start: segment.start, end: segment.end })
  }
  return merged
}
