/** The view Annotate: a queue of items, each to be edited as little as possible. */
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { lazyPart } from '../app/lazy-part.tsx'
import { usePlace, useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { changeSettings, getSettings, useSettings } from '../app/settings.ts'
import { StreamProgress } from '../app/stream-progress.tsx'
import { openItem, openKey } from '../app/unsaved.ts'
import { refreshGuide } from '../app/use-guide.ts'
import { UnknownName } from '../app/view-problem.tsx'
import { Problem } from '../ui/problem.tsx'
import './annotate.css'
import { EditRewards } from './edit-rewards.tsx'
import { EffortPage } from './effort.tsx'
import { EmptyDisputed, EmptyQueue } from './empty-queue.tsx'
import { ItemEditor } from './item-editor.tsx'
import { QueueBar } from './queue-bar.tsx'
import { QueuePane } from './queue-pane.tsx'
import { Review } from './review.tsx'
import { leavesItem, restoreState, type State } from './session.ts'
import { refreshCorrections } from './use-corrections.ts'
import { useDiffUnit } from './use-diff-unit.ts'
import { usePane } from './use-pane.ts'
import { type Queue, useQueue } from './use-queue.ts'
import { type Finished, useUndo } from './use-undo.ts'

/** With the renderer of Markdown, which most visits do not need. */
const GuidelinesPane = lazyPart(async () => (await import('./guidelines-pane.tsx')).GuidelinesPane)

export function View() {
  const [place, change] = usePlace()
  if (place.effort) return <EffortPage onClose={() => change({ effort: undefined })} />
  if (place.review) return <Review onClose={() => change({ review: undefined })} />
  return <QueueView />
}

function QueueView() {
  const project = useProject()
  const [place, change] = usePlace()
  const queue = useQueue()
  const { data: overview } = useQuery({
    queryKey: ['overview', project],
    queryFn: () => host.projects.overview({ project }),
  })
  const unit = useDiffUnit()
  const pane = usePane()
  usePrefetch(queue.ids.slice(queue.index + 1, queue.index + 3))
  useKeys('Queue', [
    { keys: 'Alt+j', does: 'Next item', run: () => queue.move(1), whileTyping: true, repeats: true },
    { keys: 'Alt+k', does: 'Previous item', run: () => queue.move(-1), whileTyping: true, repeats: true },
    { keys: 'q', does: 'Show or hide the queue', run: () => pane.toggle('queue') },
    { keys: 'Alt+q', does: 'Show or hide the queue', run: () => pane.toggle('queue'), whileTyping: true },
    {
      keys: 'Alt+g',
      does: 'Show or hide the guidelines',
      run: () => pane.toggle('guidelines'),
      whileTyping: true,
    },
    { keys: 'r', does: 'Review two annotators', run: () => change({ review: '1' }) },
    { keys: 't', does: 'Changes in words or tokens', run: unit.toggle },
    {
      keys: 'Alt+w',
      does: 'Show spaces and line ends',
      run: () => changeSettings({ showsWhitespace: !getSettings().showsWhitespace }),
      whileTyping: true,
    },
    { keys: 'Alt+t', does: 'Changes in words or tokens', run: unit.toggle, whileTyping: true },
  ])
  return (
    <>
      <QueueBar queue={queue} unit={unit} pane={pane} />
      <UnknownName
        what="dataset"
        name={place.dataset}
        known={overview?.datasets.map(({ id }) => id)}
        way={{
          label: 'Show all datasets',
          go: () => change({ dataset: undefined, item: undefined }),
        }}
      />
      <UnknownName
        what="reward model"
        name={queue.isDisputed ? place.reward : undefined}
        known={queue.disputed.rewardModels}
        way={{ label: 'Show the newest', go: () => change({ reward: undefined, item: undefined }) }}
      />
      <div className="panes annotate">
        {pane.shown === 'queue' && <QueuePane queue={queue} isOver={pane.isOver} onClose={pane.close} />}
        {pane.shown === 'guidelines' && (
          <GuidelinesPane isOver={pane.isOver} onClose={() => pane.toggle('guidelines')} />
        )}
        {queue.id === undefined ? (
          <div className="pane scroll pad grow">
            <Problem error={queue.own.error} onRetry={() => void queue.own.refetch()} />
            <QueueState queue={queue} />
          </div>
        ) : (
          <CurrentItem queue={queue} tokenizer={unit.tokenizer} />
        )}
      </div>
    </>
  )
}

/** Opens the next items before they are needed. */
function usePrefetch(ids: readonly string[]): void {
  const project = useProject()
  const { annotator } = useSettings()
  const joined = ids.join()
  useEffect(() => {
    for (const id of joined.split(',').filter(Boolean)) {
      const place = { project, annotator, item: id }
      void queries.prefetchQuery({ queryKey: openKey(place), queryFn: () => openItem(place) })
    }
  }, [joined, project, annotator])
}

/** Why there is no item, or not yet. */
function QueueState({ queue: { isDisputed, own, disputed, id } }: { queue: Queue }) {
  if (!isDisputed) return own.data && id === undefined ? <EmptyQueue {...own.data} /> : null
  const { scored, edits, rewardModels, rewardModel } = disputed
  const isEmpty = rewardModel === undefined || edits?.finished === 0
  return (
    <>
      <StreamProgress of={scored} label="Scoring responses" />
      {rewardModels && isEmpty && <EmptyDisputed hasModel={rewardModel !== undefined} />}
    </>
  )
}

function CurrentItem({ queue, tokenizer }: { queue: Queue; tokenizer: string | null }) {
  const project = useProject()
  const { id, own, disputed } = queue
  const { edits, rewardModel } = disputed
  const edit = edits?.edits[queue.index]
  const { annotator } = useSettings()
  const [, change] = usePlace()
  const count = (before: State | null, after: State) => {
    void queries.invalidateQueries({ queryKey: ['queue-rows', project, annotator] })
    if (before === 'done' || after === 'done') refreshCorrections(project)
    if ((before === 'done') === (after === 'done')) return
    own.countDone(after === 'done' ? 1 : -1)
    refreshGuide(project)
  }
  const onFinishing = useUndo(async ({ item, before, state }) => {
    await restoreState({ project, annotator, item }, before)
    count(state, before ?? 'draft')
    change({ item })
  })
  const onFinished = (done: Finished) => {
    count(done.before, done.state)
    if (!leavesItem(done.state)) return
    if (!queue.isLast) queue.move(1)
    else if (!queue.isDisputed) void own.refetch()
  }
  if (id === undefined) return null
  return (
    <ItemEditor key={id} id={id} tokenizer={tokenizer} onFinishing={onFinishing} onFinished={onFinished}>
      {edits && edit && rewardModel !== undefined && (
        <EditRewards edit={edit} rewardModel={rewardModel} scale={edits.scale} />
      )}
    </ItemEditor>
  )
}
