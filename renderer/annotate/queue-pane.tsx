/** The queue beside the work: in its order, with the state of each item; searched, filtered, and jumped through. */
import { useQueries } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import { maxQueueRows, type QueueRow } from '../../electron/contract/annotate.ts'
import { host } from '../app/connection.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { useSettings } from '../app/settings.ts'
import { tellingText } from '../app/telling-text.ts'
import { useSearchText } from '../app/use-search-text.ts'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { Select } from '../ui/select.tsx'
import { workStates } from './state-badge.tsx'
import { useDatasets } from './use-datasets.ts'
import type { Queue } from './use-queue.ts'

/** Height of a row in rem. */
const rowRem = 4.4

export function QueuePane({
  queue,
  isOver,
  onClose,
}: {
  queue: Queue
  isOver: boolean
  onClose: () => void
}) {
  const done = queue.own.data && !queue.isDisputed ? queue.own.data.done : null
  return (
    <aside className={`pane an-queue ${isOver ? 'is-over' : ''}`} aria-label="Queue">
      <div className="an-queue-head">
        <div className="row between">
          <h2 className="label">Queue</h2>
          <span className="row">
            {done !== null && <span className="count">{done.toLocaleString('en')} done</span>}
            {isOver && <IconButton icon="close" label="Hide the queue" keys="q" isSmall onClick={onClose} />}
          </span>
        </div>
        {!queue.isDisputed && <QueueSearch count={queue.ids.length} ids={queue.ids} />}
      </div>
      <QueueList key={queue.ids[0]} queue={queue} onOpen={onClose} />
    </aside>
  )
}

/** Pause in typing after which the queue is searched. */
const pauseMs = 200

function QueueSearch({ ids, count }: { ids: readonly string[]; count: number }) {
  const [place, change] = usePlace()
  const datasets = useDatasets()
  const [text, setText] = useSearchText(
    place.q ?? '',
    (next) => change({ q: next || undefined, item: undefined }, { replace: true }),
    pauseMs,
  )
  const stateOptions = [
    { value: '', text: 'Any state' },
    ...Object.entries(workStates).map(([value, { word, icon }]) => ({ value, text: word, icon })),
  ]
  const datasetOptions = [
    { value: '', text: 'All datasets' },
    ...datasets.map(({ id, name }) => ({ value: id, text: name })),
  ]
  return (
    <>
      <input
        type="search"
        aria-label="Search the queue"
        placeholder="Search"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <div className="an-queue-filters">
        <Select
          isBare
          label="State"
          options={stateOptions}
          value={place.state ?? ''}
          onChange={(state) => change({ state: state || undefined, item: undefined })}
        />
        <JumpTo count={count} onJump={(n) => change({ item: ids[n - 1] })} />
        {datasets.length > 1 && (
          <Select
            isBare
            label="Dataset"
            options={datasetOptions}
            value={place.dataset ?? ''}
            onChange={(dataset) => change({ dataset: dataset || undefined, item: undefined })}
          />
        )}
      </div>
    </>
  )
}

function JumpTo({ count, onJump }: { count: number; onJump: (n: number) => void }) {
  const [text, setText] = useState('')
  const jump = () => {
    const n = Number(text)
    if (Number.isInteger(n) && n >= 1 && n <= count) onJump(n)
    setText('')
  }
  return (
    <input
      className="an-jump num"
      inputMode="numeric"
      aria-label={`Jump to an item, 1 to ${count}`}
      title="Jump to an item"
      placeholder="No."
      value={text}
      onChange={({ target }) => setText(target.value)}
      onKeyDown={({ key }) => key === 'Enter' && jump()}
    />
  )
}

function QueueList({ queue: { ids, index }, onOpen }: { queue: Queue; onOpen: () => void }) {
  const [, change] = usePlace()
  const scroll = useRef<HTMLDivElement>(null)
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  const list = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowRem * rem,
    overscan: 4,
  })
  const shown = list.getVirtualItems()
  const rowOf = useRows(ids, shown[0]?.index ?? 0, shown.at(-1)?.index ?? 0)
  const newest = useRef(list)
  newest.current = list
  useEffect(() => {
    if (index >= 0) newest.current.scrollToIndex(index, { align: 'auto' })
  }, [index])
  if (ids.length === 0) return <p className="quiet an-queue-none">No item is found.</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
    <div ref={scroll} className="scroll" tabIndex={0}>
      <ol className="an-queue-list" style={{ height: `${list.getTotalSize()}px` }}>
        {shown.map(({ index: i, start, size }) => (
          <li key={ids[i]} style={{ top: `${start}px`, height: `${size}px` }}>
            <Row
              row={rowOf(i)}
              text={tellingText(rowOf, i)}
              isCurrent={i === index}
              onOpen={() => {
                change({ item: ids[i] })
                onOpen()
              }}
            />
          </li>
        ))}
      </ol>
    </div>
  )
}

/** Rows in sight, fetched by the page. */
function useRows(ids: readonly string[], from: number, to: number): (i: number) => QueueRow | undefined {
  const project = useProject()
  const { annotator } = useSettings()
  const first = Math.floor(from / maxQueueRows)
  const pages = Math.floor(to / maxQueueRows) - first + 1
  const results = useQueries({
    queries: Array.from({ length: pages }, (_, i) => {
      const page = ids.slice((first + i) * maxQueueRows, (first + i + 1) * maxQueueRows)
      return {
        queryKey: ['queue-rows', project, annotator, page],
        queryFn: () => host.annotate.queueRows({ project, annotator, ids: page }),
      }
    }),
  })
  const rows = new Map(results.flatMap(({ data }) => data?.map((row) => [row.id, row] as const) ?? []))
  return (i) => rows.get(ids[i]!)
}

function Row({
  row,
  text,
  isCurrent,
  onOpen,
}: {
  row: QueueRow | undefined
  text: string | undefined
  isCurrent: boolean
  onOpen: () => void
}) {
  const { icon, word } = workStates[row?.state ?? 'none']
  return (
    <button
      type="button"
      className="an-queue-row"
      aria-current={isCurrent || undefined}
      aria-label={row ? undefined : 'An item that is being loaded'}
      onClick={onOpen}
    >
      <Icon name={isCurrent ? 'annotate' : icon} />
      <span>
        <span className="prompt" dir="auto">
          {text}
        </span>
        <small>{row && subline(row, isCurrent ? 'Now' : word)}</small>
      </span>
    </button>
  )
}

/** The state of one's own work; what others have done is said beside it, and leaves the item to do. */
function subline({ edit, state, note, editedBy }: QueueRow, word: string): string {
  if (edit) return `${edit.changes} ${edit.changes === 1 ? 'change' : 'changes'} · ${edit.ratio.toFixed(2)}`
  if (state === 'flagged' && note !== '') return `${word}: ${note}`
  if (state !== null || editedBy.length === 0) return word
  return `${word} · edited by ${editedBy.length === 1 ? editedBy[0] : `${editedBy.length} others`}`
}
