/** Normalizers of tokenizer.json that keep track of the original text: Unicode forms, replacements, prefixes. */
import { UserError } from '../../contract/errors.ts'
import { at, type JsonPlace, readArray, readObject, readString, refuse } from './json.ts'
import { type MappedText, prependMapped, replaceRanges } from './mapped-text.ts'
import { readPattern } from './pattern.ts'
import { toForm, type UnicodeForm } from './unicode-forms.ts'

export type NormalizerStep =
  | { type: 'unicode'; form: UnicodeForm }
  | { type: 'replace'; pattern: RegExp; content: string }
  | { type: 'prepend'; content: string }

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** Reads the key "normalizer". @throws UserError on one whose changes can't be traced back to characters */
export function readNormalizer(value: unknown, place: JsonPlace): NormalizerStep[] {
  if (value === null || value === undefined) return []
  const config = readObject(value, place)
  switch (config.type) {
    case 'Sequence': {
      const listPlace = at(place, 'normalizers')
      return readArray(config.normalizers, listPlace).flatMap((step, i) =>
        readNormalizer(step, at(listPlace, i)),
      )
    }
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return [{ type: 'unicode', form: config.type }]
    case 'Replace': {
      const pattern = readPattern(config.pattern, at(place, 'pattern'))
      return [{ type: 'replace', pattern, content: readString(config.content, at(place, 'content')) }]
    }
    case 'Prepend':
      return [{ type: 'prepend', content: readString(config.prepend, at(place, 'prepend')) }]
    default:
      return refuse(
        at(place, 'type'),
        config.type,
        'only NFC, NFD, NFKC, NFKD, Replace and Prepend are supported. Use another tokenizer.',
      )
  }
}

export function normalize(steps: readonly NormalizerStep[], mapped: MappedText): MappedText {
  return steps.reduce(applyStep, mapped)
}

function applyStep(mapped: MappedText, step: NormalizerStep): MappedText {
  switch (step.type) {
    case 'unicode':
      return normalizeUnicode(mapped, step.form)
    case 'prepend':
      return prependMapped(mapped, step.content)
    case 'replace': {
      const matches = [...mapped.text.matchAll(step.pattern)].filter((match) => match[0] !== '')
      return replaceRanges(
        mapped,
        matches.map(({ 0: match, index }) => ({
          start: index,
          end: index + match.length,
          content: step.content,
        })),
      )
    }
  }
}

/**
 * Normalizes grapheme by grapheme, so that a composed character stands for everything it was composed of.
 * @throws UserError on the rare text whose normal form is not that of its graphemes
 */
function normalizeUnicode(mapped: MappedText, form: UnicodeForm): MappedText {
  const whole = toForm(mapped.text, form)
  if (whole === mapped.text) return mapped
  const changes: Parameters<typeof replaceRanges>[1] = []
  for (const { segment, index } of graphemes.segment(mapped.text)) {
    const content = toForm(segment, form)
    if (content !== segment) changes.push({ start: index, end: index + segment.length, content })
  }
  const result = replaceRanges(mapped, changes)
  if (result.text !== whole) {
    throw new UserError(
      'bad_input',
      `A text can't be traced through the tokenizer's ${form} normalisation (which joins characters across ` +
        `grapheme borders): "${mapped.text.slice(0, 60)}…". Normalise it to ${form} before importing it.`,
    )
  }
  return result
}
