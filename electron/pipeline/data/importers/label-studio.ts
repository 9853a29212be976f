/**
 * Label Studio's exports: JSON (tasks with `data` and `annotations`) and JSON-MIN (one row per annotation, the task's
 * data and the answers side by side).
 */
import type { JsonObject } from '../../../contract/json.ts'
import { type AnnotationTask, type Answer, itemsOfTask, stemOf, textOf, toTime } from '../annotation-task.ts'
import { originOf, toNumber } from '../answers.ts'
import { has, type Importer, type Parsed, type RawObject, RowError } from '../fields.ts'

const reading =
  'Corrected texts become edits, pairwise choices and rankings become preferences, by their names.'

export const labelStudioImporter: Importer = {
  name: 'label-studio',
  rows: 'Label Studio tasks (data, annotations)',
  reading,
  recognises: (row) => isObject(row.data) && Array.isArray(row.annotations),
  parse: (row) => itemsOfTask(jsonTask(row)),
}

export const labelStudioMinImporter: Importer = {
  name: 'label-studio-min',
  rows: 'Label Studio rows of JSON-MIN (annotation_id, annotator, lead_time)',
  reading,
  recognises: (row) => has(row, 'annotation_id', 'annotator') && 'lead_time' in row,
  groupKey: (row) => (has(row, 'id') ? String(row.id) : null),
  parse: parseMin,
}

function isObject(value: unknown): value is RawObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Who annotated and when; `lead_time` is in seconds. */
function circumstancesOf(
  annotation: RawObject,
  who: unknown,
): Omit<Answer, 'question' | 'value' | 'isTyped' | 'about'> {
  return {
    annotator: annotatorOf(who),
    state: annotation.was_cancelled === true ? 'skipped' : 'done',
    elapsedMs: Math.max(0, toNumber(annotation.lead_time) ?? 0) * 1000,
    createdAt: toTime(annotation.created_at),
  }
}

/** A user's id, or a user with an id and an email address. */
function annotatorOf(who: unknown): string | null {
  const name = isObject(who) ? (who.email ?? who.id) : who
  return typeof name === 'number' || (typeof name === 'string' && name !== '') ? String(name) : null
}

function jsonTask(row: RawObject): AnnotationTask {
  const data = row.data as RawObject
  const { fields, rankings } = flattenLists(data)
  const annotations = (row.annotations as unknown[]).map((annotation, index) => {
    if (isObject(annotation)) return annotation
    throw new RowError(`"annotations[${index}]" is not an object`)
  })
  const { metadata, ...origin } = originOf(row, 'label-studio', ['data', 'annotations'])
  const others = Object.entries(data).filter(([key]) => !(key in fields) && !rankings.has(key))
  return {
    origin: {
      ...origin,
      metadata: { ...metadata, ...originOf(Object.fromEntries(others), '', []).metadata },
    },
    fields,
    answers: annotations.flatMap((annotation) => answersOf(annotation, fields)),
    suggestions: {},
  }
}

/** A list of items to rank, `[{ id, title?, body }]`, as one field per item, named by its id. */
function flattenLists(data: RawObject): { fields: RawObject; rankings: Set<string> } {
  const rankings = new Set<string>()
  const fields = Object.entries(data).flatMap(([key, value]): [string, unknown][] => {
    if (typeof value === 'string') return [[key, value]]
    if (!Array.isArray(value)) return []
    const entries = value.flatMap((entry): [string, unknown][] => {
      if (!isObject(entry) || !has(entry, 'id')) return []
      return [[String(entry.id), entry.body ?? entry.text ?? entry.title]]
    })
    if (entries.length === 0 || entries.length < value.length) return [[key, value]]
    rankings.add(key)
    return entries
  })
  return { fields: Object.fromEntries(fields), rankings }
}

function answersOf(annotation: RawObject, fields: RawObject): Answer[] {
  const circumstances = circumstancesOf(annotation, annotation.completed_by)
  const results = Array.isArray(annotation.result) ? annotation.result.filter(isObject) : []
  if (results.length === 0 && circumstances.state === 'skipped') {
    return [{ ...circumstances, question: 'edited', value: null, isTyped: true, about: null }]
  }
  return results.map((result) => {
    const question = String(result.from_name ?? result.type)
    const about = typeof result.to_name === 'string' ? result.to_name : null
    const value = isObject(result.value) ? result.value : {}
    const isTyped = result.type === 'textarea'
    return {
      ...circumstances,
      question,
      about,
      isTyped,
      value: valueOfResult(String(result.type), value, about, fields),
    }
  })
}

/** A typed text, the chosen field's name, or the ranked fields' names; what else there is stays as it is. */
function valueOfResult(type: string, value: RawObject, about: string | null, fields: RawObject): unknown {
  if (type === 'textarea') return textOf(value.text) ?? value.text
  if (type === 'choices') return textOf(value.choices) ?? value.choices
  if (type === 'pairwise') return chosenOfPair(value.selected, about, fields)
  if (type === 'ranker' && isObject(value.ranker)) {
    const lists = Object.values(value.ranker)
    if (lists.length === 1) return lists[0]
  }
  return value
}

const shownFirst = /(^|[^0-9])(0|1|a|left|first)$/i

/** The name of the response on the side that was selected. */
function chosenOfPair(selected: unknown, about: string | null, fields: RawObject): unknown {
  const side = Array.isArray(selected) ? selected[0] : selected
  if (side !== 'left' && side !== 'right') return selected
  const named = (about ?? '').split(',').filter((name) => typeof fields[name] === 'string')
  const names = named.length === 2 ? named : numberedPair(fields)
  return names[side === 'left' ? 0 : 1]
}

/** Two texts whose names differ in their number or letter, such as text1 and text2. */
function numberedPair(fields: RawObject): [first: string, second: string] {
  const names = Object.keys(fields)
  const pairs = names.filter((name) =>
    names.some((other) => other !== name && stemOf(other) === stemOf(name)),
  )
  if (pairs.length !== 2) {
    throw new RowError(
      `it is not clear which two of ${names.join(', ')} were compared: name them text1 and text2`,
    )
  }
  const first = pairs.find((name) => shownFirst.test(name)) ?? pairs[0]!
  return [first, pairs.find((name) => name !== first)!]
}

/** Keys of an annotation, not of its task. */
const annotationKeys = ['annotation_id', 'annotator', 'created_at', 'updated_at', 'lead_time']

function parseMin(row: RawObject, others: RawObject[]): Parsed {
  const rows = [row, ...others]
  const questions = questionsOf(rows)
  const dataOf = (each: RawObject) =>
    Object.fromEntries(
      Object.entries(each).filter(([key]) => ![...annotationKeys, ...questions, 'id'].includes(key)),
    )
  const { fields, rankings } = flattenLists(dataOf(row))
  const rest = Object.entries(dataOf(row)).filter(([key]) => !(key in fields) && !rankings.has(key))
  const annotations = rows.map((each): JsonObject => {
    const kept = annotationKeys.filter((key) => has(each, key)).map((key) => [key, each[key]])
    return Object.fromEntries(kept) as JsonObject
  })
  const { source, sourceId } = originOf({ id: row.id }, 'label-studio', [])
  return itemsOfTask({
    origin: {
      source,
      sourceId,
      metadata: { ...originOf(Object.fromEntries(rest), '', []).metadata, annotations },
    },
    fields,
    answers: rows.flatMap((each) => minAnswers(each, questions, fields)),
    suggestions: {},
  })
}

const answerName =
  /edit|correct|improv|rewrit|revis|fix|comment|reason|feedback|note|rank|prefer|better|choice|pairwise/i

/** Keys of answers. The export does not mark them: by their names, and by values that annotators disagree on. */
function questionsOf(rows: RawObject[]): string[] {
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const values = (key: string) => new Set(rows.map((row) => JSON.stringify(row[key])))
  return keys.filter((key) => !annotationKeys.includes(key) && (answerName.test(key) || values(key).size > 1))
}

function minAnswers(row: RawObject, questions: string[], fields: RawObject): Answer[] {
  return questions
    .filter((question) => has(row, question))
    .map((question) => {
      const value = row[question]
      const text = textOf(isObject(value) ? value.text : value)
      const isSide = text === 'left' || text === 'right'
      return {
        ...circumstancesOf(row, row.annotator),
        question,
        value: isSide ? chosenOfPair(text, null, fields) : (text ?? value),
        isTyped: false,
        about: null,
      }
    })
}
