/** The view Data: every item of the project, with search, filters and order; files are dropped anywhere, or chosen. */
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { ProjectOverview } from '../../electron/contract/projects.ts'
import { Bar } from '../app/bar.tsx'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { goTo, usePlace, useProject } from '../app/navigation.ts'
import { takeFiles } from '../app/offered-files.ts'
import { UnknownName } from '../app/view-problem.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Menu } from '../ui/menu.tsx'
import { Problem } from '../ui/problem.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import './data.css'
import { DatasetsDialog } from './datasets-dialog.tsx'
import { ExportDialog } from './export-dialog.tsx'
import { Filters } from './filters.tsx'
import { ImportDialog } from './import-dialog.tsx'
import { ItemPane } from './item-pane.tsx'
import { ItemTable } from './item-table.tsx'
import { itemCount } from './removal.ts'
import { SelectionBar } from './selection-bar.tsx'
import { useDrop } from './use-drop.ts'
import { noFilter, useItemQuery } from './use-item-query.ts'
import { useItems } from './use-items.ts'

type Opened = 'export' | 'export selected' | 'datasets' | null

export function View() {
  const project = useProject()
  const [files, setFiles] = useState<File[]>(() => takeFiles(project))
  const [folders, setFolders] = useState<string[]>([])
  const [opened, setOpened] = useState<Opened>(null)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const chooser = useRef<HTMLInputElement>(null)
  const chooseFiles = () => chooser.current?.click()
  const isDragging = useDrop((dropped) => {
    setFiles(dropped.files)
    setFolders(dropped.folders)
  })
  const {
    data: overview,
    error,
    refetch,
  } = useQuery({
    queryKey: ['overview', project],
    queryFn: () => host.projects.overview({ project }),
  })
  const annotate = (item: string) => goTo(project, 'annotate', { item })
  useDataKeys({ chooseFiles, onExport: () => setOpened('export'), onAnnotate: annotate })
  return (
    <>
      <DataBar overview={overview} onOpen={setOpened} onImport={chooseFiles} />
      <FileChooser chooser={chooser} onFiles={setFiles} />
      {folders.map((name) => (
        <Banner
          key={name}
          kind="bad"
          title={`${name} is a folder. Open it and drop the files it contains.`}
        />
      ))}
      <Problem error={error} onRetry={() => void refetch()} />
      {overview?.items === 0 ? (
        <NoItems onChoose={chooseFiles} />
      ) : (
        <Items overview={overview} selected={selected} onSelect={setSelected} onAnnotate={annotate} />
      )}
      {selected.size > 0 && (
        <SelectionBar
          selected={selected}
          onClear={() => setSelected(new Set())}
          onAnnotate={annotate}
          onExport={() => setOpened('export selected')}
        />
      )}
      {isDragging && <p className="drop-here subtitle">Drop the files to import them</p>}
      {files.length > 0 && <ImportDialog files={files} onClose={() => setFiles([])} />}
      {opened === 'datasets' && (
        <DatasetsDialog datasets={overview?.datasets ?? []} onClose={() => setOpened(null)} />
      )}
      <ExportDialog
        open={opened === 'export' || opened === 'export selected'}
        items={opened === 'export selected' ? [...selected] : []}
        onClose={() => setOpened(null)}
      />
    </>
  )
}

function useDataKeys(actions: {
  chooseFiles: () => void
  onExport: () => void
  onAnnotate: (item: string) => void
}): void {
  const [place, change] = usePlace()
  useKeys('Data', [
    { keys: '/', does: 'Search', run: () => document.getElementById('item-search')?.focus() },
    { keys: 'i', does: 'Import files', run: actions.chooseFiles },
    { keys: 'd', does: 'Export', run: actions.onExport },
    { keys: 'e', does: 'Edit the open item', run: () => place.item && actions.onAnnotate(place.item) },
    { keys: 'Escape', does: 'Close the item', run: () => change({ item: undefined }) },
  ])
}

function DataBar({
  overview,
  onOpen,
  onImport,
}: {
  overview: ProjectOverview | undefined
  onOpen: (opened: Opened) => void
  onImport: () => void
}) {
  return (
    <Bar title="Data" beside={overview && <span className="quiet num">{itemCount(overview.items)}</span>}>
      <Menu
        trigger={<IconButton icon="more" label="More" />}
        align="end"
        entries={[{ text: 'Rename or remove datasets…', icon: 'table', run: () => onOpen('datasets') }]}
      />
      <Button kind="quiet" icon="export" keys="d" onClick={() => onOpen('export')}>
        Export…
      </Button>
      <Button kind="primary" icon="import" keys="i" onClick={onImport}>
        Import…
      </Button>
    </Bar>
  )
}

function FileChooser({
  chooser,
  onFiles,
}: {
  chooser: React.RefObject<HTMLInputElement | null>
  onFiles: (files: File[]) => void
}) {
  return (
    <input
      ref={chooser}
      type="file"
      multiple
      hidden
      aria-label="Files to import"
      onChange={({ target }) => {
        onFiles([...(target.files ?? [])])
        target.value = ''
      }}
    />
  )
}

function NoItems({ onChoose }: { onChoose: () => void }) {
  return (
    <Empty
      title="No items yet"
      icon="data"
      action={
        <Button kind="primary" icon="import" onClick={onChoose}>
          Choose files…
        </Button>
      }
    >
      <p>
        You can also drop files anywhere here: Parquet, JSONL, JSON or CSV with preference pairs (chosen,
        rejected), edits (rejected, edited) or demonstrations (prompt, chosen), also in the forms of TRL,
        OpenAI, ShareGPT, Alpaca, HelpSteer, Argilla and Label Studio. Stet shows what it found before
        importing anything.
      </p>
    </Empty>
  )
}

function Items({
  overview,
  selected,
  onSelect,
  onAnnotate,
}: {
  overview: ProjectOverview | undefined
  selected: ReadonlySet<string>
  onSelect: (ids: ReadonlySet<string>) => void
  onAnnotate: (item: string) => void
}) {
  const [place, change] = usePlace()
  const { query, isFiltered } = useItemQuery()
  const scroller = useRef<HTMLDivElement>(null)
  const items = useItems(query, scroller)
  return (
    <>
      <div className="tools">
        <Filters overview={overview} />
        <Counts shown={items.count} isFiltered={isFiltered} overview={overview} />
      </div>
      <UnknownName
        what="dataset"
        name={place.dataset}
        known={overview?.datasets.map(({ id }) => id)}
        way={{ label: 'Show all datasets', go: () => change({ dataset: undefined }) }}
      />
      <div className={`panes data-panes ${place.item ? 'has-item' : ''}`}>
        <section className="pane grow item-list" aria-label="Table">
          <Problem error={items.error} onRetry={items.retry} />
          {items.count === undefined && !items.error && <Skeleton label="Items are being loaded" />}
          {items.count === 0 && <NoMatch />}
          <ItemTable
            items={items}
            scroller={scroller}
            query={query}
            selected={selected}
            onSelect={onSelect}
            onAnnotate={onAnnotate}
          />
        </section>
        {place.item && (
          <ItemPane
            id={place.item}
            onClose={() => change({ item: undefined })}
            onAnnotate={() => place.item && onAnnotate(place.item)}
          />
        )}
      </div>
    </>
  )
}

function Counts({
  shown,
  isFiltered,
  overview,
}: {
  shown: number | undefined
  isFiltered: boolean
  overview: ProjectOverview | undefined
}) {
  return (
    <span className="second num data-counts" role="status">
      {isFiltered && shown !== undefined && `${shown.toLocaleString('en')} shown`}
      {!isFiltered &&
        overview &&
        `${overview.edited.toLocaleString('en')} of ${overview.editable.toLocaleString('en')} edited · ${overview.heldout.toLocaleString('en')} held out`}
    </span>
  )
}

/** No item of the project passes the search and the filters. */
function NoMatch() {
  const [place, change] = usePlace()
  const isFiltered = Object.entries(noFilter).some(([name]) => name !== 'q' && place[name] !== undefined)
  const what =
    place.q === undefined ? 'these filters' : `“${place.q}”${isFiltered ? ' and these filters' : ''}`
  return (
    <Empty
      title={`No item matches ${what}`}
      icon="search"
      action={<Button onClick={() => change(noFilter)}>Show all items</Button>}
    />
  )
}
