/** The command palette: every view, project, item and run, found by a part of its name. */
import { useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useDeferredValue, useState } from 'react'
import { views } from '../../electron/contract/views.ts'
import { Dialog } from '../ui/dialog.tsx'
import { host } from './connection.ts'
import { goTo, goToProjects, useProjectMaybe } from './navigation.ts'

interface Entry {
  id: string
  kind: string
  title: string
  run(): void
}

const maxEntries = 12
const maxItems = 6

export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Command palette">
      {open && <PaletteSearch onClose={onClose} />}
    </Dialog>
  )
}

function PaletteSearch({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('')
  const [selected, setSelected] = useState(0)
  const entries = useEntries(useDeferredValue(text))
  const pick = (entry: Entry | undefined) => {
    if (!entry) return
    onClose()
    entry.run()
  }
  const move = (by: number) => setSelected(Math.min(Math.max(selected + by, 0), entries.length - 1))
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') move(1)
    else if (event.key === 'ArrowUp') move(-1)
    else if (event.key === 'Enter') pick(entries[selected])
    else return
    event.preventDefault()
  }
  return (
    <>
      <input
        // biome-ignore lint/a11y/noAutofocus: the user opens it in order to type
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={entries[selected] && `palette-${selected}`}
        aria-label="Search or run a command"
        value={text}
        placeholder="A view, a run, words of an item…"
        onChange={({ target }) => {
          setText(target.value)
          setSelected(0)
        }}
        onKeyDown={onKeyDown}
      />
      <EntryList entries={entries} selected={selected} onPick={pick} />
    </>
  )
}

function EntryList({
  entries,
  selected,
  onPick,
}: {
  entries: readonly Entry[]
  selected: number
  onPick: (entry: Entry) => void
}) {
  return (
    <div id="palette-list" role="listbox" aria-label="Results" className="palette-list">
      {entries.map((entry, i) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the input handles the keys
        <div
          key={entry.id}
          id={`palette-${i}`}
          role="option"
          tabIndex={-1}
          aria-selected={i === selected}
          onClick={() => onPick(entry)}
        >
          <span className="quiet">{entry.kind}</span> {entry.title}
        </div>
      ))}
    </div>
  )
}

function useEntries(text: string): Entry[] {
  const words = text.trim().toLowerCase()
  const matches = ({ title, kind }: Entry) => `${kind} ${title}`.toLowerCase().includes(words)
  const fixed = [...useViews(), ...useProjects(), ...useRuns()].filter(matches)
  return [...fixed, ...useItems(words)].slice(0, maxEntries)
}

function useViews(): Entry[] {
  const project = useProjectMaybe()
  const all = { id: 'projects', kind: 'view', title: 'Projects', run: goToProjects }
  if (project === null) return [all]
  const own = views.map(({ path, title }) => ({
    id: `view-${path}`,
    kind: 'view',
    title,
    run: () => goTo(project, path),
  }))
  return [...own, all]
}

function useProjects(): Entry[] {
  const { data } = useQuery({ queryKey: ['recent'], queryFn: () => host.projects.recent({}) })
  return (data ?? []).map(({ folder, name }) => ({
    id: folder,
    kind: 'project',
    title: name,
    run: () => goTo(folder, 'data'),
  }))
}

function useRuns(): Entry[] {
  const project = useProjectMaybe()
  const { data } = useQuery({
    queryKey: ['runs', project],
    queryFn: () => host.runs.list({ project: project! }),
    enabled: project !== null,
  })
  return (data ?? []).map(({ id, name, kind }) => ({
    id,
    kind: 'run',
    title: `${name} (${kind})`,
    run: () => goTo(project!, 'runs', { run: id }),
  }))
}

/** Items of the project, which the host searches. */
function useItems(words: string): Entry[] {
  const project = useProjectMaybe()
  const { data } = useQuery({
    queryKey: ['palette-items', project, words],
    queryFn: () => host.data.page({ project: project!, query: { search: words }, limit: maxItems }),
    enabled: project !== null && words.length > 1,
  })
  return (data?.rows ?? []).map(({ id, prompt }) => ({
    id,
    kind: 'item',
    title: prompt,
    run: () => goTo(project!, 'data', { item: id }),
  }))
}
