/** The page's annotation: the queue, durable saving, drafts, agreement, work that was done elsewhere. */
import path from 'node:path'
import type { QueueOrder } from '../../contract/annotate.ts'
import { UserError } from '../../contract/errors.ts'
import type { Annotation, BadRow, ImportRow, Item } from '../../contract/records.ts'
import { krippendorffAlpha } from '../../pipeline/annotate/agreement.ts'
import { readRows } from '../../pipeline/data/read.ts'
import { labelEncodings } from '../../pipeline/label/label-encodings.ts'
import { encodeWords } from '../../pipeline/label/words.ts'
import {
  annotatorQueue,
  type Db,
  describeFile,
  getItem,
  importRows,
  itemNote,
  iterateItems,
  latestAnnotation,
  saveAnnotation,
  saveNote,
} from '../../storage/index.ts'
import type { HandlerContext } from '../handler-context.ts'
import { findModel } from '../models/project-models.ts'
import { streamEvents } from '../stream.ts'
import { disputedEdits, newestEdit } from './disputed-edits.ts'
import { draftByModel, draftByServer } from './draft.ts'

export function annotateHandlers({ api, lab, scorer, tokenizers }: HandlerContext) {
  const dbOf = async (folder: string) => (await lab.openProject(folder)).db
  return {
    disagreement: api.annotate.disagreement.handler(({ input, signal }) =>
      streamEvents(signal, (hooks) => disputedEdits(lab, scorer, input, hooks)),
    ),
    rewards: api.annotate.rewards.handler(
      ({ input: { project: folder, annotator, id, rewardModel }, signal }) =>
        streamEvents(signal, async (hooks) => {
          const project = await lab.openProject(folder)
          const { edits } = await scorer.score(
            project,
            rewardModel,
            [newestEdit(project.db, id, annotator)],
            hooks,
          )
          return edits[0]!
        }),
    ),
    queue: api.annotate.queue.handler(async ({ input: { project, annotator, order, ...filter } }) => {
      const all = annotatorQueue(await dbOf(project), annotator, filter)
      return {
        ids: all.filter(({ state }) => belongs(state, order)).map(({ id }) => id),
        done: all.filter(({ state }) => state === 'done').length,
        total: all.length,
      }
    }),
    open: api.annotate.open.handler(async ({ input: { project, annotator, id } }) => {
      const db = await dbOf(project)
      return {
        item: itemOf(db, id),
        annotation: latestAnnotation(db, id, annotator),
        note: itemNote(db, id, annotator),
      }
    }),
    save: api.annotate.save.handler(async ({ input }) =>
      saveAnnotation(await dbOf(input.project), input.annotation),
    ),
    note: api.annotate.note.handler(async ({ input: { project, annotator, id, text } }) => {
      saveNote(await dbOf(project), id, annotator, text)
      return { text }
    }),
    draft: api.annotate.draft.handler(
      async ({ input: { project: folder, id, server, model, ...limits } }) => {
        const project = await lab.openProject(folder)
        const item = itemOf(project.db, id)
        const edited =
          server === null
            ? await draftByModel(lab, item, findModel(project, model).path)
            : await draftByServer(item, { server, model, ...limits })
        return { edited, model }
      },
    ),
    encode: api.annotate.encode.handler(async ({ input: { project: folder, tokenizer, text } }) => {
      const { ids, offsets } = tokenizers.of(await lab.openProject(folder), tokenizer).encodeWithOffsets(text)
      return { ids, spans: offsets.flat() }
    }),
    agreement: api.annotate.agreement.handler(async ({ input: { project, first, second } }) =>
      agreementOf(await dbOf(project), first, second),
    ),
    importAnnotations: api.annotate.importAnnotations.handler(async ({ input }) =>
      importAnnotations(await dbOf(input.project), input.file),
    ),
  }
}

function belongs(state: Annotation['state'] | null, order: QueueOrder): boolean {
  if (order === 'all') return true
  return order === 'flagged' ? state === 'flagged' : state === null || state === 'draft'
}

function itemOf(db: Db, id: string): Item {
  const item = getItem(db, id)
  if (item) return item
  throw new UserError('not_found', `There is no item ${id} in this project.`)
}

/** Words of the rejected response, over all items that both finished: changed or not. */
function agreementOf(db: Db, first: string, second: string) {
  const items = []
  const all: [number[], number[]] = [[], []]
  for (const item of iterateItems(db)) {
    const works = [first, second].map((annotator) => latestAnnotation(db, item.id, annotator))
    if (item.rejected === null || works.some((work) => work?.state !== 'done')) continue
    const [a, b] = works.map((work) => changedWords(item.rejected!, work!.edited)) as [number[], number[]]
    all[0].push(...a)
    all[1].push(...b)
    items.push({
      id: item.id,
      prompt: item.prompt.at(-1)!.content,
      rejected: item.rejected,
      first: works[0]!.edited,
      second: works[1]!.edited,
      agreement: a.length === 0 ? 1 : a.filter((label, i) => label === b[i]).length / a.length,
    })
  }
  return { alpha: krippendorffAlpha(...all), items: items.sort((a, b) => a.agreement - b.agreement) }
}

function changedWords(rejected: string, edited: string): number[] {
  const [before, after] = encodeWords(rejected, edited)
  return labelEncodings(before!, after!).rejected.labels
}

/** Where somebody finished an item differently here and there, both stay: the pack's under a name of its own. */
async function importAnnotations(db: Db, file: string) {
  const conflicts: { id: string; annotator: string; here: string; there: string }[] = []
  async function* rows(): AsyncGenerator<ImportRow | BadRow> {
    for await (const row of readRows(file)) {
      yield 'reason' in row ? row : { ...row, annotations: apart(db, row, conflicts) }
    }
  }
  const count = () => db.prepare('SELECT count(*) FROM annotations').pluck().get() as number
  const before = count()
  const name = path.basename(file)
  const { imported, duplicates, bad } = await importRows(db, rows(), {
    name,
    files: [await describeFile(file)],
  })
  if (imported + duplicates === 0 && bad[0]) throw new UserError('bad_input', `${file}: ${bad[0].reason}`)
  return { added: count() - before, known: duplicates, conflicts }
}

function apart(db: Db, { item, annotations }: ImportRow, conflicts: object[]): ImportRow['annotations'] {
  const renamed = new Set<string>()
  for (const annotator of new Set(annotations.map((work) => work.annotator))) {
    const here = latestAnnotation(db, item.id, annotator)
    const there = annotations.findLast((work) => work.annotator === annotator)!
    if (here?.state !== 'done' || there.state !== 'done' || here.edited === there.edited) continue
    renamed.add(annotator)
    conflicts.push({ id: item.id, annotator, here: here.edited, there: there.edited })
  }
  return annotations.map((work) =>
    renamed.has(work.annotator) ? { ...work, annotator: `${work.annotator} (pack)` } : work,
  )
}
