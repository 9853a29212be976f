/** One item in full, with each annotator's newest edit and its history. */
import { useQuery } from '@tanstack/react-query'
import type { Annotation } from '../../electron/contract/records.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { Button } from '../ui/button.tsx'
import { DiffText } from '../ui/diff-text.tsx'
import { durationOf, timeOf } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { splitNames } from './words.ts'

export function ItemDetail({
  id,
  onClose,
  onAnnotate,
}: {
  id: string
  onClose: () => void
  onAnnotate: () => void
}) {
  const project = useProject()
  const { data, error } = useQuery({
    queryKey: ['item', project, id],
    queryFn: () => host.data.get({ project, id }),
  })
  return (
    <aside className="item-detail" aria-label="Item">
      <div className="row wrap between">
        <h2>Item</h2>
        <span className="row wrap">
          {data?.item.rejected !== null && (
            <Button kind="primary" onClick={onAnnotate}>
              Annotate
            </Button>
          )}
          <Button kind="quiet" onClick={onClose} aria-label="Close">
            ×
          </Button>
        </span>
      </div>
      <Problem error={error} />
      {data && (
        <>
          {data.item.prompt.map(({ role, content }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a message is its place
            <Part key={i} title={role} text={content} />
          ))}
          {data.item.context !== '' && (
            <details>
              <summary>Context</summary>
              <p className="whole">{data.item.context}</p>
            </details>
          )}
          <Part title="Rejected" text={data.item.rejected} />
          <Part title="Chosen" text={data.item.chosen} />
          <History rejected={data.item.rejected ?? ''} annotations={data.annotations} />
          <p className="quiet code">
            {data.item.source} · {data.item.id} · {splitNames[data.split]}
          </p>
        </>
      )}
    </aside>
  )
}

function Part({ title, text }: { title: string; text: string | null }) {
  if (text === null) return null
  return (
    <section>
      <h3>{title}</h3>
      <p className="whole">{text}</p>
    </section>
  )
}

function History({ rejected, annotations }: { rejected: string; annotations: Annotation[] }) {
  const byAnnotator = [...Map.groupBy(annotations, ({ annotator }) => annotator)]
  return byAnnotator.map(([annotator, revisions]) => {
    const newest = revisions.at(-1)!
    return (
      <section key={annotator}>
        <h3>
          {annotator} <span className="quiet">{newest.state}</span>
        </h3>
        <p>
          <DiffText before={rejected} after={newest.edited} />
        </p>
        <details>
          <summary>
            {revisions.length} {revisions.length === 1 ? 'revision' : 'revisions'}
          </summary>
          <ul className="num">
            {revisions.map(({ revision, state, createdAt, elapsedMs, provenance }) => (
              <li key={revision}>
                {timeOf(createdAt)} · {state} · {durationOf(elapsedMs / 1000)} · {provenance}
              </li>
            ))}
          </ul>
        </details>
      </section>
    )
  })
}
