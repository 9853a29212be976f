/** The command palette: verbs of the view first, then places, then items; Tab narrows it to one of these kinds. */
import { type KeyboardEvent, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icons.tsx'
import { Keys } from '../ui/keys.tsx'
import { Badge } from '../ui/state.tsx'
import { type Entry, type PaletteKind, paletteKinds, usePaletteEntries } from './palette-entries.ts'
import './palette.css'
import '../ui/menu.css'

export function Palette({
  open,
  onClose,
  onHelp,
}: {
  open: boolean
  onClose: () => void
  /** Shows the keys of the view. */
  onHelp: () => void
}) {
  return (
    <Dialog open={open} onClose={onClose} title="Command palette" kind="palette">
      {open && <PaletteSearch onClose={onClose} onHelp={onHelp} />}
    </Dialog>
  )
}

function PaletteSearch({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const [text, setText] = useState('')
  const [selected, setSelected] = useState(0)
  const [only, setOnly] = useState<PaletteKind | null>(null)
  const entries = usePaletteEntries(text, only)
  const pick = (entry: Entry | undefined) => {
    if (!entry) return
    onClose()
    entry.run()
  }
  const move = (by: number) => setSelected(Math.min(Math.max(selected + by, 0), entries.length - 1))
  const narrow = (by: 1 | -1) => {
    setOnly(nextKind(only, by))
    setSelected(0)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') move(1)
    else if (event.key === 'ArrowUp') move(-1)
    else if (event.key === 'Enter') pick(entries[selected])
    else if (event.key === 'Tab') narrow(event.shiftKey ? -1 : 1)
    else return
    event.preventDefault()
  }
  return (
    <>
      <div className="palette-head">
        <Icon name="search" />
        <input
          // biome-ignore lint/a11y/noAutofocus: the user opens it in order to type
          autoFocus
          role="combobox"
          aria-expanded
          aria-controls="palette-list"
          aria-activedescendant={entries[selected] && `palette-${selected}`}
          aria-label="Search or run a command"
          value={text}
          placeholder="An action, a view, a run, words of an item…"
          onChange={({ target }) => {
            setText(target.value)
            setSelected(0)
          }}
          onKeyDown={onKeyDown}
        />
        {only && <Badge>{only}</Badge>}
      </div>
      <EntryList entries={entries} words={text.trim()} selected={selected} onPick={pick} />
      <PaletteKeys onHelp={onHelp} />
    </>
  )
}

/** Cycles through all, and each kind alone. */
function nextKind(kind: PaletteKind | null, by: 1 | -1): PaletteKind | null {
  const all = [null, ...paletteKinds]
  return all[(all.indexOf(kind) + by + all.length) % all.length]!
}

function EntryList({
  entries,
  words,
  selected,
  onPick,
}: {
  entries: readonly Entry[]
  words: string
  selected: number
  onPick: (entry: Entry) => void
}) {
  return (
    <div id="palette-list" role="listbox" aria-label="Results" className="palette-list">
      {paletteKinds.map((kind) => {
        const own = entries.filter((entry) => entry.kind === kind)
        if (own.length === 0) return null
        return (
          // biome-ignore lint/a11y/useSemanticElements: a group of options within a listbox
          <div key={kind} role="group" aria-label={kind}>
            <div className="menu-head" aria-hidden>
              {kind}
            </div>
            {own.map((entry) => (
              <Option
                key={entry.id}
                entry={entry}
                words={words}
                at={entries.indexOf(entry)}
                isSelected={entries[selected] === entry}
                onPick={() => onPick(entry)}
              />
            ))}
          </div>
        )
      })}
      {entries.length === 0 && (
        // biome-ignore lint/a11y/useFocusableInteractive: it says that there is nothing to choose
        <div className="menu-head" role="option" aria-disabled aria-selected={false}>
          Nothing found
        </div>
      )}
    </div>
  )
}

function Option({
  entry: { icon, title, detail, keys },
  words,
  at,
  isSelected,
  onPick,
}: {
  entry: Entry
  words: string
  at: number
  isSelected: boolean
  onPick: () => void
}) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the input handles the keys
    <div
      id={`palette-${at}`}
      ref={isSelected ? scrollTo : undefined}
      className="palette-entry"
      role="option"
      tabIndex={-1}
      aria-selected={isSelected}
      onClick={onPick}
    >
      <Icon name={icon} />
      <span className="cut">
        <Found text={title} words={words} />
      </span>
      {detail && <span className="quiet cut">{detail}</span>}
      {keys && <Keys keys={keys} isHidden />}
    </div>
  )
}

function scrollTo(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' })
}

/** A text with the found words in bold. */
function Found({ text, words }: { text: string; words: string }) {
  const at = words === '' ? -1 : text.toLowerCase().indexOf(words.toLowerCase())
  if (at < 0) return text
  return (
    <>
      {text.slice(0, at)}
      <b>{text.slice(at, at + words.length)}</b>
      {text.slice(at + words.length)}
    </>
  )
}

function PaletteKeys({ onHelp }: { onHelp: () => void }) {
  return (
    <div className="palette-keys">
      <span className="row">
        <Keys keys="ArrowUp ArrowDown" /> choose
      </span>
      <span className="row">
        <Keys keys="Enter" /> open
      </span>
      <span className="row">
        <Keys keys="Tab" /> one kind only
      </span>
      <Button kind="quiet" isSmall onClick={onHelp} keys="?">
        Keys of this view
      </Button>
    </div>
  )
}
