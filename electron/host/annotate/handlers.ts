/** Handlers of annotation: the queue, durable saving, drafts, agreement, and annotations from other projects. */
import type { annotate, QueueOrder } from '../../contract/annotate.ts'
import type { Hooks } from '../../contract/events.ts'
import type { LabelledPair } from '../../contract/label.ts'
import type { Annotation } from '../../contract/records.ts'
import type { InputOf, ResultOf } from '../../contract/verbs.ts'
import { assignedHelp } from '../../pipeline/annotate/trial.ts'
import {
  annotatorQueue,
  type Db,
  getGuidelines,
  getTrial,
  itemNote,
  latestAnnotation,
  saveAnnotation,
  saveGuidelines,
  saveNote,
  saveTrial,
} from '../../storage/index.ts'
import { requireItem } from '../data/items.ts'
import type { HandlerContext } from '../handler-context.ts'
import { serverKey } from '../models/check-server.ts'
import { findModel } from '../models/project-models.ts'
import { streamEvents } from '../stream.ts'
import { agreementOf } from './agreement.ts'
import { correctionsOf } from './corrections.ts'
import { disputedEdits, newestEdit } from './disputed-edits.ts'
import { draftByModel, draftByServer } from './draft.ts'
import { effortOf } from './effort.ts'
import { helpEffects } from './help-effects.ts'
import { importAnnotations } from './import-annotations.ts'
import { queueRows } from './queue-rows.ts'

type Contract = typeof annotate

export function annotateHandlers(context: HandlerContext) {
  const { api, lab, scorer } = context
  const dbOf = async ({ project }: { project: string }) => (await lab.openProject(project)).db
  return {
    disagreement: api.annotate.disagreement.handler(({ input, signal }) =>
      streamEvents(signal, (hooks) => disputedEdits(lab, scorer, input, hooks)),
    ),
    rewards: api.annotate.rewards.handler(({ input, signal }) =>
      streamEvents(signal, (hooks) => rewardsOf(context, input, hooks)),
    ),
    queue: api.annotate.queue.handler(async ({ input }) => queueOf(await dbOf(input), input)),
    queueRows: api.annotate.queueRows.handler(async ({ input }) => queueRows(await dbOf(input), input)),
    open: api.annotate.open.handler(async ({ input }) => openItem(await dbOf(input), input)),
    save: api.annotate.save.handler(async ({ input }) =>
      saveAnnotation(await dbOf(input), input.annotation, input.after),
    ),
    note: api.annotate.note.handler(async ({ input }) => {
      const { id, annotator, text, before } = input
      saveNote(await dbOf(input), { id, annotator, text, before })
      return { text }
    }),
    guidelines: api.annotate.guidelines.handler(async ({ input }) => getGuidelines(await dbOf(input))),
    saveGuidelines: api.annotate.saveGuidelines.handler(async ({ input }) => {
      saveGuidelines(await dbOf(input), input.guidelines)
      return input.guidelines
    }),
    trial: api.annotate.trial.handler(async ({ input }) => getTrial(await dbOf(input))),
    saveTrial: api.annotate.saveTrial.handler(async ({ input }) => {
      saveTrial(await dbOf(input), input.trial)
      return input.trial
    }),
    helpEffects: api.annotate.helpEffects.handler(async ({ input }) => helpEffects(await dbOf(input))),
    corrections: api.annotate.corrections.handler(async ({ input }) =>
      correctionsOf(await dbOf(input), input),
    ),
    effort: api.annotate.effort.handler(async ({ input }) => effortOf(await dbOf(input))),
    draft: api.annotate.draft.handler(({ input }) => draft(context, input)),
    encode: api.annotate.encode.handler(({ input }) => encode(context, input)),
    agreement: api.annotate.agreement.handler(async ({ input }) => agreementOf(await dbOf(input), input)),
    importAnnotations: api.annotate.importAnnotations.handler(async ({ input }) =>
      importAnnotations(await dbOf(input), input.file),
    ),
  }
}

async function rewardsOf(
  { lab, scorer }: HandlerContext,
  { project: folder, annotator, id, rewardModel }: InputOf<Contract['rewards']>,
  hooks: Hooks,
): Promise<LabelledPair> {
  const project = await lab.openProject(folder)
  const edit = newestEdit(project.db, id, annotator)
  const { edits } = await scorer.score(project, rewardModel, [edit], hooks)
  return edits[0]!
}

function queueOf(
  db: Db,
  { annotator, order, split, dataset, search, state: wanted }: InputOf<Contract['queue']>,
): ResultOf<Contract['queue']> {
  const states = wanted === null ? statesIn[order] : [wanted === 'none' ? null : wanted]
  return annotatorQueue(db, annotator, states, { split, dataset, search })
}

/** Null if the annotator has not begun. */
const statesIn: Record<QueueOrder, (Annotation['state'] | null)[]> = {
  unfinished: [null, 'draft'],
  all: [null, 'draft', 'done', 'skipped', 'flagged'],
  flagged: ['flagged'],
}

function openItem(db: Db, { annotator, id }: InputOf<Contract['open']>): ResultOf<Contract['open']> {
  return {
    item: requireItem(db, id),
    annotation: latestAnnotation(db, id, annotator),
    note: itemNote(db, id, annotator),
    assigned: assignedHelp(getTrial(db), id, annotator),
  }
}

async function draft(
  { lab }: HandlerContext,
  { project: folder, id, server, model, ...limits }: InputOf<Contract['draft']>,
): Promise<ResultOf<Contract['draft']>> {
  const project = await lab.openProject(folder)
  const item = requireItem(project.db, id)
  const edited =
    server === null
      ? await draftByModel(lab, item, findModel(project, model).path)
      : await draftByServer(item, { server, model, key: serverKey(), ...limits })
  return { edited, model }
}

async function encode(
  { lab, tokenizers }: HandlerContext,
  { project, tokenizer, text }: InputOf<Contract['encode']>,
): Promise<ResultOf<Contract['encode']>> {
  const open = tokenizers.of(await lab.openProject(project), tokenizer)
  const { ids, offsets } = await open.encodeWithOffsets(text)
  return { ids, spans: offsets.flat() }
}
