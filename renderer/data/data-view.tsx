/** The view Data: every item of the project, with search and filters; files are dropped here or chosen in a dialog. */
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { ItemQuery } from '../../electron/contract/data.ts'
import type { ProjectOverview } from '../../electron/contract/projects.ts'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { goTo, usePlace, useProject } from '../app/navigation.ts'
import { UnknownName } from '../app/view-problem.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Problem } from '../ui/problem.tsx'
import './data.css'
import { droppedOf } from './dropped.ts'
import { ExportDialog } from './export-dialog.tsx'
import { ImportDialog } from './import-dialog.tsx'
import { ItemDetail } from './item-detail.tsx'
import { ItemTable } from './item-table.tsx'
import { splitNames, stateNames } from './words.ts'

export function View() {
  const project = useProject()
  const [place, change] = usePlace()
  const [files, setFiles] = useState<File[]>([])
  const [isExporting, setExporting] = useState(false)
  const chooser = useRef<HTMLInputElement>(null)
  const chooseFile = () => chooser.current?.click()
  const { data: overview, error } = useQuery({
    queryKey: ['overview', project],
    queryFn: () => host.projects.overview({ project }),
  })
  useKeys('Data', [
    { keys: '/', does: 'search', run: () => document.getElementById('item-search')?.focus() },
    { keys: 'i', does: 'import a file', run: chooseFile },
    { keys: 'e', does: 'export', run: () => setExporting(true) },
    { keys: 'Escape', does: 'close the item', run: () => change({ item: undefined }) },
  ])
  return (
    <DropArea onFiles={setFiles}>
      <h1 className="unseen">Data</h1>
      <Problem error={error} />
      <div className="row wrap data-bar">
        <Filters overview={overview} />
        <Button kind="primary" onClick={chooseFile}>
          Import…
        </Button>
        <Button onClick={() => setExporting(true)}>Export…</Button>
        <input
          ref={chooser}
          type="file"
          multiple
          hidden
          aria-label="Files to import"
          onChange={({ target }) => {
            setFiles([...(target.files ?? [])])
            target.value = ''
          }}
        />
      </div>
      <UnknownName
        what="dataset"
        name={place.dataset}
        known={overview?.datasets.map(({ id }) => id)}
        way={{ label: 'Show all datasets', go: () => change({ dataset: undefined }) }}
      />
      {overview?.items === 0 ? <NoItems /> : <Panes />}
      {overview && overview.items > 0 && <Totals overview={overview} />}
      {files[0] && <ImportDialog file={files[0]} onClose={() => setFiles(files.slice(1))} />}
      <ExportDialog open={isExporting} onClose={() => setExporting(false)} />
    </DropArea>
  )
}

/** Takes dropped files; folders are refused with a message. */
function DropArea({ onFiles, children }: { onFiles: (files: File[]) => void; children: ReactNode }) {
  const [folders, setFolders] = useState<string[]>([])
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button Import does the same
    <div
      className="data-view"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        const dropped = droppedOf(event.dataTransfer)
        onFiles(dropped.files)
        setFolders(dropped.folders)
      }}
    >
      {folders.map((name) => (
        <Banner
          key={name}
          kind="bad"
          title={`${name} is a folder. Open it and drop the files it contains.`}
        />
      ))}
      {children}
    </div>
  )
}

function useItemQuery(): ItemQuery {
  const [place] = usePlace()
  return {
    search: place.q ?? '',
    dataset: place.dataset ?? null,
    split: (place.split as ItemQuery['split'] | undefined) ?? null,
    state: (place.state as ItemQuery['state'] | undefined) ?? null,
  }
}

function Filters({ overview }: { overview: ProjectOverview | undefined }) {
  const [place, change] = usePlace()
  const field = useRef<HTMLInputElement>(null)
  const search = place.q ?? ''
  // The field follows the address, except while the user types in it.
  useEffect(() => {
    if (field.current && document.activeElement !== field.current) field.current.value = search
  }, [search])
  return (
    <>
      <input
        ref={field}
        id="item-search"
        type="search"
        aria-label="Search items"
        placeholder="Search prompts, contexts and responses   /"
        defaultValue={search}
        onChange={({ target }) => change({ q: target.value || undefined }, { replace: true })}
      />
      <Choice
        label="Dataset"
        value={place.dataset}
        options={(overview?.datasets ?? []).map(({ id, name, items }) => [id, `${name} (${items})`])}
        onChange={(dataset) => change({ dataset })}
      />
      <Choice
        label="Split"
        value={place.split}
        options={Object.entries(splitNames)}
        onChange={(split) => change({ split })}
      />
      <Choice
        label="State"
        value={place.state}
        options={Object.entries(stateNames)}
        onChange={(state) => change({ state })}
      />
    </>
  )
}

function Choice({
  label,
  value,
  options,
  onChange,
}: {
  label: string
  value: string | undefined
  options: [value: string, text: string][]
  onChange: (value: string | undefined) => void
}) {
  return (
    <select
      aria-label={label}
      value={value ?? ''}
      onChange={({ target }) => onChange(target.value || undefined)}
    >
      <option value="">{label}: all</option>
      {options.map(([id, text]) => (
        <option key={id} value={id}>
          {text}
        </option>
      ))}
    </select>
  )
}

function NoItems() {
  return (
    <Empty title="No items yet">
      <p>
        Drop a file here, or choose one with Import. Stet reads Parquet, JSONL, JSON and CSV: preference pairs
        (chosen, rejected), edits (rejected, edited), demonstrations (prompt, chosen), and the forms of TRL,
        OpenAI, ShareGPT, Alpaca, HelpSteer, Argilla, Label Studio and others. You see a preview before
        anything is imported.
      </p>
    </Empty>
  )
}

function Panes() {
  const project = useProject()
  const [place, change] = usePlace()
  const query = useItemQuery()
  return (
    <div className="data-panes">
      <ItemTable query={query} selected={place.item} onSelect={(item) => change({ item })} />
      {place.item && (
        <ItemDetail
          id={place.item}
          onClose={() => change({ item: undefined })}
          onAnnotate={() => goTo(project, 'annotate', { item: place.item })}
        />
      )}
    </div>
  )
}

function Totals({ overview: { items, heldout, annotations, editable } }: { overview: ProjectOverview }) {
  return (
    <p className="quiet num data-foot">
      {items - heldout} training, {heldout} held out (by a hash of each item's document, the same in every
      run) · {annotations.done} of {editable} edited
    </p>
  )
}
