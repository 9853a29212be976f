/** The command palette: every view, project, item and run, by typing a part of its name. */
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { views } from '../../electron/contract/views.ts'
import { Dialog } from '../ui/kit.tsx'
import { host } from './connection.ts'
import { goTo, goToProjects, useProjectMaybe } from './navigation.ts'

interface Entry {
  id: string
  kind: string
  title: string
  run(): void
}

const mostShown = 12

export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Search or do">
      {open && <PaletteList onClose={onClose} />}
    </Dialog>
  )
}

function PaletteList({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const entries = useEntries(useDeferredValue(text))
  const pick = (entry: Entry | undefined) => {
    if (!entry) return
    onClose()
    entry.run()
  }
  const move = (by: number) => setChosen(Math.min(Math.max(chosen + by, 0), entries.length - 1))
  return (
    <>
      <input
        // biome-ignore lint/a11y/noAutofocus: one opens it in order to type
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={entries[chosen] && `palette-${chosen}`}
        aria-label="Search or do"
        value={text}
        placeholder="A view, a run, words of an item…"
        onChange={({ target }) => {
          setText(target.value)
          setChosen(0)
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') move(1)
          else if (event.key === 'ArrowUp') move(-1)
          else if (event.key === 'Enter') pick(entries[chosen])
          else return
          event.preventDefault()
        }}
      />
      <div id="palette-list" role="listbox" aria-label="Found" className="palette-list">
        {entries.map((entry, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the input's
          <div
            key={entry.id}
            id={`palette-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === chosen}
            onClick={() => pick(entry)}
          >
            <span className="quiet">{entry.kind}</span> {entry.title}
          </div>
        ))}
      </div>
    </>
  )
}

function useEntries(text: string): Entry[] {
  const project = useProjectMaybe()
  const words = text.trim().toLowerCase()
  const { data: recent } = useQuery({ queryKey: ['recent'], queryFn: () => host.projects.recent({}) })
  const { data: runs } = useQuery({
    queryKey: ['runs', project],
    queryFn: () => host.runs.list({ project: project! }),
    enabled: project !== null,
  })
  const { data: items } = useQuery({
    queryKey: ['palette-items', project, words],
    queryFn: () => host.data.page({ project: project!, query: { search: words }, limit: 6 }),
    enabled: project !== null && words.length > 1,
  })
  const entries: Entry[] = [
    ...(project === null
      ? []
      : views.map(({ path, title }) => ({
          id: `view-${path}`,
          kind: 'view',
          title,
          run: () => goTo(project, path),
        }))),
    { id: 'projects', kind: 'view', title: 'Projects', run: goToProjects },
    ...(recent ?? []).map(({ folder, name }) => ({
      id: folder,
      kind: 'project',
      title: name,
      run: () => goTo(folder, 'data'),
    })),
    ...(runs ?? []).map(({ id, name, kind }) => ({
      id,
      kind: 'run',
      title: `${name} (${kind})`,
      run: () => goTo(project!, 'runs', { run: id }),
    })),
  ].filter(({ title, kind }) => `${kind} ${title}`.toLowerCase().includes(words))
  const found = (items?.rows ?? []).map(({ id, prompt }) => ({
    id,
    kind: 'item',
    title: prompt,
    run: () => goTo(project!, 'data', { item: id }),
  }))
  return [...entries, ...found].slice(0, mostShown)
}
