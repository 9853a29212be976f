/** The view Annotate: one item after the other, each edited as little as possible. */
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { QueueOrder } from '../../electron/contract/page/annotate.ts'
import { host } from '../app/host.ts'
import { useKeys } from '../app/keys.ts'
import { goTo, usePlace, useProject } from '../app/place.ts'
import { queries } from '../app/queries.ts'
import { useSettings } from '../app/settings.ts'
import { Button, Empty, Problem } from '../ui/kit.tsx'
import './annotate.css'
import { ItemEditor } from './item-editor.tsx'
import { Packs } from './packs.tsx'
import { Review } from './review.tsx'

type Queue = Awaited<ReturnType<typeof host.annotate.queue>>

/** The queue keeps its order while one works through it; only the count moves. */
const countDone = (queue: Queue | undefined) => queue && { ...queue, done: queue.done + 1 }

export function AnnotateView() {
  const project = useProject()
  const [place, change] = usePlace()
  const { annotator } = useSettings()
  const order = (place.order ?? 'unfinished') as QueueOrder
  const filter = { split: (place.split as 'train' | undefined) ?? null, dataset: place.dataset ?? null }
  const queueKey = ['queue', project, annotator, order, filter]
  const queue = useQuery({
    queryKey: queueKey,
    queryFn: () => host.annotate.queue({ project, annotator, order, ...filter }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const ids = queue.data?.ids ?? []
  const id = place.item ?? ids[0]
  const at = ids.indexOf(id ?? '')
  const go = (by: number) => {
    const next = ids[at + by]
    if (next) change({ item: next })
  }
  useEffect(() => {
    for (const next of ids.slice(at + 1, at + 3)) {
      void queries.prefetchQuery({
        queryKey: ['open', project, annotator, next],
        queryFn: () => host.annotate.open({ project, annotator, id: next }),
      })
    }
  }, [ids, at, project, annotator])
  useKeys('Queue', [
    { keys: 'Alt+j', does: 'next item', run: () => go(1), whileTyping: true },
    { keys: 'Alt+k', does: 'previous item', run: () => go(-1), whileTyping: true },
    { keys: 'r', does: 'review two annotators', run: () => change({ review: '1' }) },
  ])
  if (place.review) return <Review onClose={() => change({ review: undefined })} />
  return (
    <div className="annotate">
      <h1 className="unseen">Annotate</h1>
      <Problem error={queue.error} />
      <div className="row spread annotate-bar">
        <span className="row">
          <Button kind="quiet" disabled={at <= 0} onClick={() => go(-1)} aria-label="Previous item">
            ←
          </Button>
          <span className="numbers" role="status">
            {at >= 0 ? `${at + 1} / ${ids.length}` : `${ids.length} in the queue`}
            {queue.data && ` · ${queue.data.done} of ${queue.data.total} done by ${annotator}`}
          </span>
          <Button
            kind="quiet"
            disabled={at < 0 || at >= ids.length - 1}
            onClick={() => go(1)}
            aria-label="Next item"
          >
            →
          </Button>
        </span>
        <span className="row">
          <select
            aria-label="Queue"
            value={order}
            onChange={({ target }) => change({ order: target.value, item: undefined })}
          >
            <option value="unfinished">unfinished first</option>
            <option value="all">all</option>
            <option value="flagged">flagged</option>
          </select>
          <select
            aria-label="Split"
            value={place.split ?? ''}
            onChange={({ target }) => change({ split: target.value || undefined, item: undefined })}
          >
            <option value="">both splits</option>
            <option value="train">training</option>
            <option value="heldout">held out</option>
          </select>
          <Button onClick={() => change({ review: '1' })}>Review…</Button>
          <Packs />
        </span>
      </div>
      {queue.data && id === undefined && (
        <Empty title={queue.data.total === 0 ? 'Nothing to edit yet' : 'This queue is done'}>
          {queue.data.total === 0 ? (
            <>
              <p>
                Here you change a rejected response as little as possible. What you strike and what you leave
                standing become the labels of its tokens. Import items with a rejected response first.
              </p>
              <Button kind="primary" onClick={() => goTo(project, 'data')}>
                Go to Data
              </Button>
            </>
          ) : (
            <>
              <p>
                {queue.data.done} of {queue.data.total} items are done by {annotator}.
              </p>
              <Button onClick={() => change({ order: 'all' })}>Look through all</Button>
            </>
          )}
        </Empty>
      )}
      {id !== undefined && (
        <ItemEditor
          key={id}
          id={id}
          onNext={(isDone) => {
            if (isDone) queries.setQueryData(queueKey, countDone)
            if (at < ids.length - 1) go(1)
            else void queue.refetch()
          }}
        />
      )}
    </div>
  )
}
