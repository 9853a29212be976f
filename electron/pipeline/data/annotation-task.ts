/**
 * A task of an annotation tool with what people answered, as items: a text that was corrected becomes an edit, a text
 * that was written a demonstration, a ranking or choice of responses preferences; other answers are metadata. Exports do
 * not say what a field or a question is for, so that their names decide, and a task whose names do not is refused.
 */
import type { JsonValue } from '../../contract/json.ts'
import type { ImportedAnnotation, Item } from '../../contract/records.ts'
import { pairItems, requireAnswer } from './answers.ts'
import {
  has,
  importedEdit,
  type Parsed,
  type ParsedRow,
  type RawObject,
  RowError,
  readPrompt,
  type UnusedPart,
} from './fields.ts'
import { makeItem } from './item.ts'

/** What one person answered to one question. */
export interface Answer {
  question: string
  /** Null if the export does not say who answered. */
  annotator: string | null
  state: ImportedAnnotation['state']
  value: unknown
  /** Whether the tool says that the value was typed, rather than chosen among options. */
  isTyped: boolean
  /** The field that the question is about, if the tool says so. */
  about: string | null
  elapsedMs: number
  createdAt: string | null
}

export interface AnnotationTask {
  origin: Pick<Item, 'source' | 'sourceId' | 'metadata'>
  /** What people saw. */
  fields: RawObject
  answers: Answer[]
  /** Texts with which questions were filled in before. */
  suggestions: Record<string, string>
}

const promptNames = [
  'prompt',
  'instruction',
  'question',
  'query',
  'input',
  'messages',
  'chat',
  'conversation',
]
const contextNames = ['context', 'document', 'passage', 'passages', 'background', 'source_text']
const correcting = /edit|correct|improv|rewrit|rewrot|revis|fix/i
const commenting = /comment|reason|feedback|note|rationale|expla|justif|critique|why/i
const responseLike =
  /response|answer|completion|output|generation|reply|original|draft|prediction|candidate|rejected|translation|summary|text/i

/** @throws RowError if the names do not show what to edit or to compare */
export function itemsOfTask(task: AnnotationTask): Parsed {
  const responses = responsesOf(task)
  const judged = task.answers.flatMap((answer) => {
    const order = preferenceOf(answer, responses)
    return order === null ? [] : [{ answer, order }]
  })
  const written = writtenAnswers(task, responses)
  const used = new Set([...judged.map(({ answer }) => answer), ...written])
  const others = task.answers.filter((answer) => !used.has(answer))
  const content = readContent(task, others)
  const parts = [
    ...(written.length > 0 || judged.length === 0 ? textItems(task, content, responses, written) : []),
    ...judged.flatMap(({ answer, order }) => rankedItems(content, responses, answer, order)),
  ]
  if (parts.length > 0) return parts
  throw new RowError('no answer to it is finished')
}

type Content = Pick<Item, 'source' | 'sourceId' | 'metadata' | 'prompt' | 'context'>
type Responses = Map<string, string>

/** @param others answers that are neither edits nor preferences */
function readContent({ fields, origin }: AnnotationTask, others: Answer[]): Content {
  const promptName = findName(fields, promptNames)
  if (promptName === null) {
    const names = Object.keys(fields).join(', ')
    throw new RowError(`none of its fields (${names}) is a prompt: name one "prompt" or "instruction"`)
  }
  const contextName = findName(fields, contextNames)
  const context = contextName === null ? '' : textOf(fields[contextName])
  if (context === null) throw new RowError(`the field "${contextName}" is not text`)
  const metadata = { ...origin.metadata, ...answersAsMetadata(others) }
  return { ...origin, prompt: readPrompt(fields, promptName), context, metadata }
}

/** The content with the texts that an item does not use as metadata, such as the name of a model. */
function withRest(content: Content, responses: Responses, used: string[]): Content {
  const rest = Object.fromEntries([...responses].filter(([name]) => !used.includes(name)))
  return { ...content, metadata: { ...rest, ...content.metadata } }
}

function findName(fields: RawObject, names: string[]): string | null {
  return names.find((name) => has(fields, name) && fields[name] !== '') ?? null
}

/** The texts that are neither the prompt nor its context. */
function responsesOf({ fields }: AnnotationTask): Responses {
  const taken = [findName(fields, promptNames), findName(fields, contextNames)]
  return new Map(
    Object.entries(fields).flatMap(([name, value]): [string, string][] => {
      const text = taken.includes(name) ? null : textOf(value)
      return text === null || text === '' ? [] : [[name, text]]
    }),
  )
}

/** Text, or a list with one text. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  return Array.isArray(value) && value.length === 1 && typeof value[0] === 'string' ? value[0] : null
}

/** Names of responses, best first, equals together; null if the answer does not compare responses. */
function preferenceOf({ value, state }: Answer, responses: Responses): string[][] | null {
  if (state !== 'done' || responses.size < 2) return null
  const names = [...responses.keys()]
  if (typeof value === 'string' && names.includes(value)) {
    const others = names.filter((name) => name !== value && stemOf(name) === stemOf(value))
    return others.length === 0 ? null : [[value], others]
  }
  if (!Array.isArray(value) || value.length < 2) return null
  const ranked = value.map((entry: unknown, index): { name: unknown; rank: unknown } => {
    if (typeof entry === 'string') return { name: entry, rank: index + 1 }
    const { value: name, rank } = (entry ?? {}) as RawObject
    return { name, rank }
  })
  const isRanking = ranked.every(
    ({ name, rank }) => names.includes(name as string) && typeof rank === 'number',
  )
  if (!isRanking) return null
  const ranks = [...new Set(ranked.map(({ rank }) => rank as number))].sort((a, b) => a - b)
  return ranks.map((rank) => ranked.filter((each) => each.rank === rank).map(({ name }) => name as string))
}

/** A name without what numbers it: of response-1, text2, answer_b. */
export function stemOf(name: string): string {
  return name.replace(/[0-9]+$|[ab]$|(left|right|first|second)$/i, '')
}

function rankedItems(
  content: Content,
  responses: Responses,
  { annotator }: Answer,
  order: string[][],
): (ParsedRow | UnusedPart)[] {
  const answers = order.flatMap((names, place) =>
    names.map((name) => ({ text: responses.get(name)!, score: -place, detail: { field: name } })),
  )
  const whole = withRest(content, responses, order.flat())
  return pairItems({ ...whole, metadata: { ...whole.metadata, annotator } }, answers)
}

/** The answers to the one question that asks for a text of the response. */
function writtenAnswers({ answers, suggestions }: AnnotationTask, responses: Responses): Answer[] {
  const texts = answers.filter(({ question, value, state }) => {
    return (typeof value === 'string' || state === 'skipped') && !commenting.test(question)
  })
  const wanted = texts.filter(({ question, isTyped, about }) => {
    if (isTyped || correcting.test(question) || suggestions[question] !== undefined) return true
    if (responses.has(question) || (about !== null && responses.has(about))) return true
    return likelyResponses(responses).length === 0 && responseLike.test(question)
  })
  const questions = [...new Set(wanted.map(({ question }) => question))]
  if (questions.length <= 1) return wanted
  const corrections = questions.filter((question) => correcting.test(question))
  if (corrections.length === 1) return wanted.filter(({ question }) => question === corrections[0])
  throw new RowError(`it has several texts (${questions.join(', ')}): name the corrected one "edited"`)
}

/** An item with the edits of its response, or a demonstration for each text that was written without one. */
function textItems(
  { suggestions }: AnnotationTask,
  content: Content,
  responses: Responses,
  written: Answer[],
): ParsedRow[] {
  const base = editedText(responses, written[0] ?? null, suggestions)
  const whole = withRest(content, responses, base === null ? [] : [base.name])
  if (base !== null) {
    const item = makeItem({ ...whole, rejected: base.text })
    return [{ item, annotations: written.flatMap((answer) => annotationOf(item, base.text, answer)) }]
  }
  return written.flatMap(({ value, annotator, state, question }) => {
    if (state !== 'done') return []
    const metadata = { ...whole.metadata, annotator }
    const chosen = requireAnswer(value as string, question)
    return [{ item: makeItem({ ...whole, chosen, metadata }), annotations: [] }]
  })
}

function likelyResponses(responses: Responses): string[] {
  return [...responses.keys()].filter((name) => responseLike.test(name))
}

/** The text that was there before, and its field; null if the answers were written from nothing. */
function editedText(
  responses: Responses,
  answer: Answer | null,
  suggestions: Record<string, string>,
): { name: string; text: string } | null {
  const question = answer?.question ?? ''
  const names = [...responses.keys()]
  const likely = likelyResponses(responses)
  const named = [answer?.about ?? '', question].find((name) => responses.has(name))
  // A correction corrects the only text that there is, whatever its name.
  const only =
    likely.length === 1 ? likely[0] : names.length === 1 && correcting.test(question) ? names[0] : undefined
  const name = named ?? only
  if (name !== undefined) return { name, text: responses.get(name)! }
  const suggestion = suggestions[question]
  if (suggestion !== undefined) return { name: '', text: suggestion }
  if (answer !== null && likely.length === 0) return null
  throw new RowError(
    answer === null
      ? `no answer compares or edits its texts (${names.join(', ')})`
      : `it has several texts (${names.join(', ')}), and it is not clear which one "${question}" edits`,
  )
}

/** An empty text does not correct a response; a skipped task keeps it. */
function annotationOf(item: Item, rejected: string, answer: Answer): ImportedAnnotation[] {
  const { annotator, state, elapsedMs, createdAt } = answer
  const edited = typeof answer.value === 'string' ? answer.value : ''
  if (edited === '' && rejected !== '' && state !== 'skipped') return []
  const text = edited === '' ? rejected : edited
  return [{ ...importedEdit(item.id, text, annotator), state, elapsedMs, createdAt }]
}

function answersAsMetadata(answers: Answer[]): { answers?: JsonValue } {
  const kept = answers.filter(({ value }) => value !== null && value !== undefined)
  if (kept.length === 0) return {}
  return {
    answers: kept.map(({ question, annotator, value }) => ({
      question,
      annotator,
      value: value as JsonValue,
    })),
  }
}

/** A time as it is stored; null if it is not a date with a time. */
export function toTime(value: unknown): string | null {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value)) return null
  const date = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}
