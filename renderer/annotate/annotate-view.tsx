/** The view Annotate: one item after the other, each edited as little as possible. */
import { useEffect } from 'react'
import { editsAtATime } from '../../electron/contract/annotate.ts'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { useSettings } from '../app/settings.ts'
import { StreamProgress } from '../app/stream-progress.tsx'
import { tellGuide } from '../app/use-guide.ts'
import { Button, Problem } from '../ui/kit.tsx'
import './annotate.css'
import { EmptyDisputed, EmptyQueue } from './empty-queue.tsx'
import { ItemEditor } from './item-editor.tsx'
import { Packs } from './packs.tsx'
import { Review } from './review.tsx'
import { RewardsBeside } from './rewards-beside.tsx'
import { useCut } from './use-cut.ts'
import { useDisputed, useOwnQueue } from './use-queue.ts'

export function AnnotateView() {
  const project = useProject()
  const [place, change] = usePlace()
  const { annotator } = useSettings()
  const isDisputed = place.order === 'disagreement'
  const own = useOwnQueue(!isDisputed)
  const { scored, rewardModels, rewardModel, atMost } = useDisputed(isDisputed)
  const disputed = isDisputed ? scored.data : undefined
  const ids = (isDisputed ? disputed?.edits.map((edit) => edit.id) : own.data?.ids) ?? []
  const id = place.item ?? ids[0]
  const at = ids.indexOf(id ?? '')
  const edit = disputed?.edits[at]
  const go = (by: number) => {
    const next = ids[at + by]
    if (next) change({ item: next })
  }
  const { tokenizer, models, choose, toggle } = useCut()
  const ahead = ids.slice(at + 1, at + 3).join()
  useEffect(() => {
    for (const next of ahead.split(',').filter(Boolean)) {
      void queries.prefetchQuery({
        queryKey: ['open', project, annotator, next],
        queryFn: () => host.annotate.open({ project, annotator, id: next }),
      })
    }
  }, [ahead, project, annotator])
  useKeys('Queue', [
    { keys: 'Alt+j', does: 'next item', run: () => go(1), whileTyping: true },
    { keys: 'Alt+k', does: 'previous item', run: () => go(-1), whileTyping: true },
    { keys: 'r', does: 'review two annotators', run: () => change({ review: '1' }) },
    { keys: 't', does: 'diff in words or tokens', run: toggle },
    { keys: 'Alt+t', does: 'diff in words or tokens', run: toggle, whileTyping: true },
  ])
  if (place.review) return <Review onClose={() => change({ review: undefined })} />
  return (
    <div className="annotate">
      <h1 className="unseen">Annotate</h1>
      <Problem error={own.error} />
      <div className="row spread annotate-bar">
        <span className="row">
          <Button kind="quiet" disabled={at <= 0} onClick={() => go(-1)} aria-label="Previous item">
            ←
          </Button>
          <span className="numbers" role="status">
            {at >= 0 ? `${at + 1} / ${ids.length}` : `${ids.length} in the queue`}
            {own.data && !isDisputed && ` · ${own.data.done} of ${own.data.total} done by ${annotator}`}
            {disputed && ` · ${disputed.edits.length} of ${disputed.finished} edits by ${annotator}`}
          </span>
          <Button
            kind="quiet"
            disabled={at < 0 || at >= ids.length - 1}
            onClick={() => go(1)}
            aria-label="Next item"
          >
            →
          </Button>
          {disputed && disputed.finished > atMost && (
            <Button onClick={() => change({ edits: String(atMost + editsAtATime), item: undefined })}>
              {Math.min(editsAtATime, disputed.finished - atMost)} more
            </Button>
          )}
        </span>
        <span className="row">
          <select
            aria-label="Queue"
            value={isDisputed ? 'disagreement' : own.order}
            onChange={({ target }) => change({ order: target.value, item: undefined })}
          >
            <option value="unfinished">unfinished first</option>
            <option value="all">all</option>
            <option value="flagged">flagged</option>
            <option value="disagreement">disagreement first</option>
          </select>
          {isDisputed && rewardModel !== undefined && (
            <select
              aria-label="Reward model"
              value={rewardModel}
              onChange={({ target }) => change({ reward: target.value, item: undefined })}
            >
              {rewardModels?.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          )}
          <select
            aria-label="Split"
            value={place.split ?? ''}
            onChange={({ target }) => change({ split: target.value || undefined, item: undefined })}
          >
            <option value="">both splits</option>
            <option value="train">training</option>
            <option value="heldout">held out</option>
          </select>
          {models.length > 0 && (
            <select
              aria-label="Diff in"
              title="t, or Alt t while typing"
              value={tokenizer ?? ''}
              onChange={({ target }) => choose(target.value || null)}
            >
              <option value="">in words</option>
              {models.map((name) => (
                <option key={name} value={name}>
                  in tokens of {name}
                </option>
              ))}
            </select>
          )}
          <Button onClick={() => change({ review: '1' })}>Review…</Button>
          <Packs />
        </span>
      </div>
      {isDisputed && <StreamProgress of={scored} label="Scoring responses" />}
      {!isDisputed && own.data && id === undefined && <EmptyQueue {...own.data} />}
      {isDisputed && rewardModels && (rewardModel === undefined || disputed?.finished === 0) && (
        <EmptyDisputed hasModel={rewardModel !== undefined} />
      )}
      {id !== undefined && (
        <ItemEditor
          key={id}
          id={id}
          tokenizer={tokenizer}
          onNext={(isDone) => {
            if (isDone) {
              own.countDone()
              tellGuide(project)
            }
            if (at < ids.length - 1) go(1)
            else if (!isDisputed) void own.refetch()
          }}
        >
          {disputed && edit && rewardModel !== undefined && (
            <RewardsBeside edit={edit} rewardModel={rewardModel} scale={disputed.scale} />
          )}
        </ItemEditor>
      )}
    </div>
  )
}
