/** The bar above the editor: the place in the queue, which queue it is, the unit of the diff, review and import. */
import { disputedEditsLimit } from '../../electron/contract/annotate.ts'
import { usePlace } from '../app/navigation.ts'
import { useSettings } from '../app/settings.ts'
import { Button } from '../ui/button.tsx'
import { ImportAnnotations } from './import-annotations.tsx'
import type { DiffUnit } from './use-diff-unit.ts'
import type { Queue } from './use-queue.ts'

export function QueueBar({ queue, unit }: { queue: Queue; unit: DiffUnit }) {
  const [, change] = usePlace()
  return (
    <div className="row wrap between annotate-bar">
      <QueuePosition queue={queue} />
      <span className="row wrap">
        <QueueFilters queue={queue} />
        <UnitChoice unit={unit} />
        <Button onClick={() => change({ review: '1' })}>Review…</Button>
        <ImportAnnotations />
      </span>
    </div>
  )
}

function QueuePosition({ queue }: { queue: Queue }) {
  const [, change] = usePlace()
  const { annotator } = useSettings()
  const { index, ids, isDisputed, own, disputed, move } = queue
  const { edits, atMost } = disputed
  const isLoading = (isDisputed ? edits : own.data) === undefined
  return (
    <span className="row wrap">
      <Button kind="quiet" disabled={index <= 0} onClick={() => move(-1)} aria-label="Previous item">
        ←
      </Button>
      <span className="num" role="status">
        {isLoading
          ? 'Loading the queue…'
          : index >= 0
            ? `${index + 1} / ${ids.length}`
            : `${ids.length} in the queue`}
        {own.data && !isDisputed && ` · ${own.data.done} of ${own.data.total} done by ${annotator}`}
        {edits && ` · ${edits.edits.length} of ${edits.finished} edits by ${annotator}`}
      </span>
      <Button
        kind="quiet"
        disabled={index < 0 || queue.isLast}
        onClick={() => move(1)}
        aria-label="Next item"
      >
        →
      </Button>
      {edits && edits.finished > atMost && (
        <Button onClick={() => change({ edits: String(atMost + disputedEditsLimit), item: undefined })}>
          {Math.min(disputedEditsLimit, edits.finished - atMost)} more
        </Button>
      )}
    </span>
  )
}

function QueueFilters({ queue: { isDisputed, own, disputed } }: { queue: Queue }) {
  const [place, change] = usePlace()
  const { rewardModel, rewardModels } = disputed
  return (
    <>
      <select
        aria-label="Queue"
        value={isDisputed ? 'disagreement' : own.order}
        onChange={({ target }) => change({ order: target.value, item: undefined })}
      >
        <option value="unfinished">Unfinished first</option>
        <option value="all">All</option>
        <option value="flagged">Flagged</option>
        <option value="disagreement">Disagreement first</option>
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
        <option value="">Both splits</option>
        <option value="train">Training</option>
        <option value="heldout">Held out</option>
      </select>
    </>
  )
}

function UnitChoice({ unit: { models, tokenizer, choose } }: { unit: DiffUnit }) {
  if (models.length === 0) return null
  return (
    <select
      aria-label="Diff unit"
      title="t, or Alt t while typing"
      value={tokenizer ?? ''}
      onChange={({ target }) => choose(target.value || null)}
    >
      <option value="">Diff in words</option>
      {models.map((name) => (
        <option key={name} value={name}>
          Diff in tokens of {name}
        </option>
      ))}
    </select>
  )
}
