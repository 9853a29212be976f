/** The bar above the editor: the place in the queue, which queue it is, the unit of the diff, review and the rest. */
import { disputedEditsLimit } from '../../electron/contract/annotate.ts'
import { Bar } from '../app/bar.tsx'
import { usePlace } from '../app/navigation.ts'
import { changeSettings, useSettings } from '../app/settings.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Menu, type MenuEntry } from '../ui/menu.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Select } from '../ui/select.tsx'
import { useImportAnnotations } from './import-annotations.tsx'
import { useDatasets } from './use-datasets.ts'
import type { DiffUnit } from './use-diff-unit.ts'
import type { Pane } from './use-pane.ts'
import type { Queue } from './use-queue.ts'

export function QueueBar({ queue, unit, pane }: { queue: Queue; unit: DiffUnit; pane: Pane }) {
  const [place, change] = usePlace()
  const dataset = useDatasets().find(({ id }) => id === place.dataset)?.name ?? null
  const crumbs = [{ text: 'Annotate', open: () => change({ dataset: undefined, item: undefined }) }]
  return (
    <Bar
      title={dataset ?? 'Annotate'}
      crumbs={dataset === null ? [] : crumbs}
      beside={<QueuePosition queue={queue} />}
    >
      {!pane.isNarrow && <QueueFilters queue={queue} />}
      <span className="hide-tiny">
        <UnitChoice unit={unit} />
      </span>
      <Button kind="quiet" icon="sideBySide" onClick={() => change({ review: '1' })}>
        Review
      </Button>
      <IconButton
        icon="guide"
        label={pane.shown === 'guidelines' ? 'Hide the guidelines' : 'Show the guidelines'}
        keys="Alt+g"
        isPressed={pane.shown === 'guidelines'}
        onClick={() => pane.toggle('guidelines')}
      />
      <IconButton
        icon="leftPane"
        label={pane.shown === 'queue' ? 'Hide the queue' : 'Show the queue'}
        keys="q"
        isPressed={pane.shown === 'queue'}
        onClick={() => pane.toggle('queue')}
      />
      <MoreMenu unit={unit} queue={pane.isNarrow ? queue : null} />
    </Bar>
  )
}

function QueuePosition({ queue }: { queue: Queue }) {
  const [, change] = usePlace()
  const { annotator } = useSettings()
  const { index, ids, isDisputed, own, disputed, move } = queue
  const { edits, atMost } = disputed
  const isLoading = (isDisputed ? edits : own.data) === undefined
  const count = ids.length.toLocaleString('en')
  const done =
    own.data && !isDisputed ? `${own.data.done} of ${own.data.total} done by ${annotator}` : undefined
  return (
    <>
      <span className="quiet num hide-tiny an-position" role="status" title={done}>
        {isLoading && 'Loading the queue…'}
        {!isLoading && index >= 0 && `${(index + 1).toLocaleString('en')} of ${count}`}
        {!isLoading && index < 0 && `${count} in the queue`}
        {edits && `, ${edits.edits.length} of ${edits.finished} edits by ${annotator}`}
      </span>
      <span className="row an-steps">
        <IconButton
          icon="up"
          label="Previous item"
          keys="Alt+k"
          disabled={index <= 0}
          onClick={() => move(-1)}
        />
        <IconButton
          icon="down"
          label="Next item"
          keys="Alt+j"
          disabled={queue.isLast}
          onClick={() => move(1)}
        />
      </span>
      {edits && edits.finished > atMost && (
        <Button
          isSmall
          onClick={() => change({ edits: String(atMost + disputedEditsLimit), item: undefined })}
        >
          Score {Math.min(disputedEditsLimit, edits.finished - atMost)} more
        </Button>
      )}
    </>
  )
}

const orders = [
  { value: 'unfinished', text: 'Unfinished' },
  { value: 'all', text: 'All' },
  { value: 'flagged', text: 'Flagged' },
  { value: 'disagreement', text: 'Disagreement first' },
] as const

const splits = [
  { value: '', text: 'Both splits' },
  { value: 'train', text: 'Training set' },
  { value: 'heldout', text: 'Held-out set' },
] as const

function QueueFilters({ queue: { isDisputed, own, disputed } }: { queue: Queue }) {
  const [place, change] = usePlace()
  const { rewardModel, rewardModels } = disputed
  return (
    <>
      <Select
        isBare
        label="Queue"
        options={orders}
        value={isDisputed ? 'disagreement' : own.order}
        onChange={(order) => change({ order, item: undefined })}
      />
      {isDisputed && rewardModel !== undefined && (
        <Select
          isBare
          label="Reward model"
          options={(rewardModels ?? []).map((name) => ({ value: name, text: name }))}
          value={rewardModel}
          onChange={(reward) => change({ reward, item: undefined })}
        />
      )}
      <Select
        isBare
        label="Split"
        options={splits}
        value={splits.find(({ value }) => value === place.split)?.value ?? ''}
        onChange={(split) => change({ split: split || undefined, item: undefined })}
      />
    </>
  )
}

const units = [
  { value: 'words', text: 'Words' },
  { value: 'tokens', text: 'Tokens' },
] as const

function UnitChoice({ unit: { models, tokenizer, toggle } }: { unit: DiffUnit }) {
  if (models.length === 0) return null
  return (
    <Segmented
      label="Show changes by"
      segments={units}
      value={tokenizer === null ? 'words' : 'tokens'}
      onChange={toggle}
    />
  )
}

/** What the bar has no room for in a narrow window. */
function useFilterEntries(queue: Queue | null): MenuEntry[] {
  const [place, change] = usePlace()
  if (queue === null) return []
  const { isDisputed, own, disputed } = queue
  const order = isDisputed ? 'disagreement' : own.order
  const entries: MenuEntry[] = [
    {
      group: 'Queue',
      actions: orders.map(({ value, text }) => ({
        text,
        isChecked: value === order,
        run: () => change({ order: value, item: undefined }),
      })),
    },
    {
      group: 'Split',
      actions: splits.map(({ value, text }) => ({
        text,
        isChecked: value === (place.split ?? ''),
        run: () => change({ split: value || undefined, item: undefined }),
      })),
    },
  ]
  if (isDisputed && disputed.rewardModel !== undefined)
    entries.push({
      group: 'Reward model',
      actions: (disputed.rewardModels ?? []).map((name) => ({
        text: name,
        isChecked: name === disputed.rewardModel,
        run: () => change({ reward: name, item: undefined }),
      })),
    })
  return entries
}

function MoreMenu({
  unit: { models, tokenizer, choose },
  queue,
}: {
  unit: DiffUnit
  /** Whose filters are in this menu; null if they are in the bar. */
  queue: Queue | null
}) {
  const { showsWhitespace } = useSettings()
  const [, change] = usePlace()
  const { element, choose: importAnnotations } = useImportAnnotations()
  const filters = useFilterEntries(queue)
  const entries: MenuEntry[] = [
    ...filters,
    {
      text: 'Show spaces and line ends',
      icon: 'show',
      keys: 'Alt+w',
      isChecked: showsWhitespace,
      run: () => changeSettings({ showsWhitespace: !showsWhitespace }),
    },
    { text: 'Effort of each person', icon: 'queued', run: () => change({ effort: '1' }) },
    { text: 'Import annotations…', icon: 'import', run: importAnnotations },
  ]
  if (models.length > 0)
    entries.push({
      group: 'Show changes by tokens of',
      actions: models.map((name) => ({
        text: name,
        isChecked: tokenizer === name,
        run: () => choose(tokenizer === name ? null : name),
      })),
    })
  return (
    <>
      <Menu trigger={<IconButton icon="more" label="More" />} entries={entries} align="end" />
      {element}
    </>
  )
}
