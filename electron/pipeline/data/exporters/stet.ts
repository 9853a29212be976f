/** Stet's own rows: everything of an item and all its revisions, which an import restores exactly. */
import type { Annotation } from '../../../contract/records.ts'
import { stetRowVersion } from '../importers/stet.ts'
import { type AnnotatedItem, exporter } from './exporter.ts'
import { messageRow } from './messages.ts'

export const stetExporter = exporter((source) => source.annotatedItems(), stetRow)

export function stetRow({ item, annotations }: AnnotatedItem): object {
  const { id, sourceId, source, context, chosen, rejected, metadata } = item
  const prompt = item.prompt.map(messageRow)
  const errorSpans = item.errorSpans?.map(({ start, end, kind }) => ({ start, end, kind })) ?? null
  return {
    stet: stetRowVersion,
    item: { id, sourceId, source, prompt, context, chosen, rejected, errorSpans, metadata },
    annotations: annotations.map(annotationRow),
  }
}

function annotationRow(annotation: Annotation): Annotation {
  const { itemId, annotator, revision, state, edited, elapsedMs, provenance, createdAt } = annotation
  const operations = annotation.operations.map(({ at, removed, inserted, elapsedMs }) => {
    return { at, removed, inserted, elapsedMs }
  })
  const row = { itemId, annotator, revision, state, edited, operations, elapsedMs, provenance, createdAt }
  const changeKinds = annotation.changeKinds?.map(({ start, end, kind, severity }) => {
    return { start, end, kind, severity }
  })
  const { draft, hints } = annotation.shown ?? {}
  const shown = {
    ...(draft === undefined ? {} : { draft }),
    ...(hints === undefined ? {} : { hints }),
  }
  return {
    ...row,
    ...(changeKinds && { changeKinds }),
    ...(annotation.shown && { shown }),
  }
}
