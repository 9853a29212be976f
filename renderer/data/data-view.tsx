/** The view Data: every item of the project, found by words and filters; files come in by drop or by dialog. */
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { goTo, usePlace, useProject } from '../app/navigation.ts'
import { Button, Empty, Problem } from '../ui/kit.tsx'
import './data.css'
import { droppedOf } from './dropped.ts'
import { ExportDialog } from './export-dialog.tsx'
import { ImportDialog } from './import-dialog.tsx'
import { ItemDetail } from './item-detail.tsx'
import { ItemTable } from './item-table.tsx'

export function View() {
  const project = useProject()
  const [place, change] = usePlace()
  const [files, setFiles] = useState<File[]>([])
  const [folders, setFolders] = useState<string[]>([])
  const [isExporting, setExporting] = useState(false)
  const chooser = useRef<HTMLInputElement>(null)
  const { data: overview, error } = useQuery({
    queryKey: ['overview', project],
    queryFn: () => host.projects.overview({ project }),
  })
  useKeys('Data', [
    { keys: '/', does: 'search', run: () => document.getElementById('item-search')?.focus() },
    { keys: 'i', does: 'import a file', run: () => chooser.current?.click() },
    { keys: 'e', does: 'export', run: () => setExporting(true) },
    { keys: 'Escape', does: 'close the item', run: () => change({ item: undefined }) },
  ])
  const query = {
    search: place.q ?? '',
    dataset: place.dataset ?? null,
    split: (place.split as 'train' | 'heldout' | undefined) ?? null,
    state: (place.state as 'done' | undefined) ?? null,
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has its equal in the button Import
    <div
      className="data-view"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        const dropped = droppedOf(event.dataTransfer)
        setFiles(dropped.files)
        setFolders(dropped.folders)
      }}
    >
      <h1 className="unseen">Data</h1>
      <Problem error={error} />
      {folders.map((name) => (
        <p key={name} className="problem box" role="alert">
          {name} is a folder: open it and drop the files in it.
        </p>
      ))}
      <div className="row data-bar">
        <input
          id="item-search"
          type="search"
          aria-label="Search items"
          placeholder="Search prompts, contexts and responses   /"
          defaultValue={query.search}
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
          options={[
            ['train', 'training'],
            ['heldout', 'held out'],
          ]}
          onChange={(split) => change({ split })}
        />
        <Choice
          label="State"
          value={place.state}
          options={[
            ['none', 'not begun'],
            ['draft', 'draft'],
            ['done', 'done'],
            ['skipped', 'skipped'],
            ['flagged', 'flagged'],
          ]}
          onChange={(state) => change({ state })}
        />
        <Button kind="primary" onClick={() => chooser.current?.click()}>
          Import…
        </Button>
        <Button onClick={() => setExporting(true)}>Export…</Button>
        <input
          ref={chooser}
          type="file"
          hidden
          aria-label="Files to import"
          onChange={({ target }) => {
            setFiles([...(target.files ?? [])])
            target.value = ''
          }}
        />
      </div>
      {overview?.items === 0 ? (
        <Empty title="No items yet">
          <p>
            Drop a file here, or choose one with Import. Stet reads JSONL, JSON and CSV, plain or gzip:
            preference pairs (chosen, rejected), edits (rejected, edited), demonstrations (prompt, chosen),
            and the formats of TRL, HH-RLHF, AlpacaFarm and FineGrainedRLHF. Before anything is kept you see
            what it would bring.
          </p>
        </Empty>
      ) : (
        <div className="data-panes">
          <ItemTable query={query} chosen={place.item} onChoose={(item) => change({ item })} />
          {place.item && (
            <ItemDetail
              id={place.item}
              onClose={() => change({ item: undefined })}
              onAnnotate={() => goTo(project, 'annotate', { item: place.item })}
            />
          )}
        </div>
      )}
      {overview && overview.items > 0 && (
        <p className="quiet numbers data-foot">
          {overview.items - overview.heldout} training, {overview.heldout} held out (by a hash of each item's
          document, the same in every run) · {overview.annotations.done} of {overview.editable} edited
        </p>
      )}
      {files[0] && <ImportDialog file={files[0]} onClose={() => setFiles(files.slice(1))} />}
      <ExportDialog open={isExporting} onClose={() => setExporting(false)} />
    </div>
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
