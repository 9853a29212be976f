/** The forms office as data: the words in resources/world/forms.json, validated once when they are read. */
import { z } from 'zod'
import formsFile from '../../../resources/world/forms.json' with { type: 'json' }
import { UserError } from '../../contract/errors.ts'

const Word = z.string().regex(/^[a-z]+$/, 'must be one lower-case word')
const Line = z.string().regex(/^[a-z{][a-z{}: ]*$/, 'must be lower-case words, with slots in braces')

function template(...slots: string[]) {
  return Line.refine(
    (text) => slots.every((slot) => text.split(`{${slot}}`).length === 2),
    `must hold ${slots.map((slot) => `{${slot}}`).join(', ')} once each`,
  )
}

const Words = z
  .strictObject({
    /** People who get a bill. */
    names: z.array(Word).min(2),
    /** What is handed out, each with what a tired clerk says about it. */
    goods: z.record(Word, z.strictObject({ remark: Line })),
    /** The money of a slip is in one of two units. */
    units: z.tuple([Word, Word]),
    /** The unit that clerks write without looking. */
    habitualUnit: Word,
    /** The good on which clerks remark. */
    soreGood: Word,
    slipTitle: template('name'),
    slipLine: template('good', 'quantity', 'price', 'unit'),
    /** What the last line of a prompt asks for. */
    requests: z.array(Line).min(1),
    /** Wordings of the first line of a bill. */
    headers: z.array(template('name')).min(2),
    /** A line of a bill: it repeats what the slip says before the sum. */
    billLine: template('good', 'quantity', 'price', 'sum', 'unit'),
    /** Wordings of the line with the number of pieces. */
    counts: z.array(template('count')).min(2),
    closings: z.array(Line).min(2),
  })
  .refine(({ goods }) => Object.keys(goods).length >= 5, {
    path: ['goods'],
    message: 'needs at least five, as a slip has up to four',
  })
  .refine(({ goods, soreGood }) => Object.hasOwn(goods, soreGood), {
    path: ['soreGood'],
    message: 'must be one of the goods',
  })
  .refine(({ units, habitualUnit }) => units.includes(habitualUnit), {
    path: ['habitualUnit'],
    message: 'must be one of the units',
  })

export type Forms = z.infer<typeof Words>

/**
 * @param content of forms.json, parsed
 * @throws UserError that names the first invalid key and what it needs
 */
export function parseForms(content: unknown): Forms {
  const parsed = Words.safeParse(content)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw new UserError('bad_input', `resources/world/forms.json, key ${path.join('.')}: ${message}.`)
}

/** The forms office that ships with Stet. */
export function loadForms(): Forms {
  return parseForms(formsFile)
}
