/** Items, one line each, of which only those in sight are drawn; sorted by their heads, selected by checkboxes and keys. */
import { type KeyboardEvent, type MouseEvent, type ReactNode, type RefObject, useRef } from 'react'
import type { ItemQuery, ItemRow } from '../../electron/contract/data.ts'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { Checkbox } from '../ui/checkbox.tsx'
import { SortHead } from '../ui/table.tsx'
import { ItemStatePill } from './item-state.tsx'
import type { useItems } from './use-items.ts'

type Items = ReturnType<typeof useItems>

interface TableProps {
  items: Items
  scroller: RefObject<HTMLDivElement | null>
  query: ItemQuery
  /** Ids. */
  selected: ReadonlySet<string>
  onSelect: (ids: ReadonlySet<string>) => void
  onAnnotate: (id: string) => void
}

export function ItemTable({ items, scroller, query, selected, onSelect, onAnnotate }: TableProps) {
  const [place, change] = usePlace()
  const { toggle, selectTo, selectAll } = useSelection(query, selected, onSelect)
  const move = useMoves({ items, scroller, open: place.item, toggle: (row, at) => toggle(row.id, at) })
  const { virtual, visible, count = 0, rowAt } = items
  const first = visible[0]?.start ?? 0
  const after = virtual.getTotalSize() - (visible.at(-1)?.end ?? 0)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !place.item || event.target !== scroller.current) return
    event.preventDefault()
    onAnnotate(place.item)
  }
  useKeys('Items', move)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
    <section className="scroll" ref={scroller} tabIndex={0} aria-label="Items" onKeyDown={onKeyDown}>
      <table className="table item-table" aria-rowcount={count + 1}>
        <Heads
          query={query}
          selection={<SelectAll count={count} selected={selected} onChange={selectAll} />}
        />
        <tbody>
          <Gap pixels={first} />
          {visible.map(({ index }) => (
            <Row
              key={index}
              row={rowAt(index)}
              index={index}
              isOpen={rowAt(index)?.id === place.item}
              isSelected={selected.has(rowAt(index)?.id ?? '')}
              onOpen={(id) => change({ item: id })}
              onToggle={(id, isRange) => (isRange ? selectTo(id, index) : toggle(id, index))}
            />
          ))}
          <Gap pixels={after} />
        </tbody>
      </table>
    </section>
  )
}

/** Room for the rows above and below those that are drawn. */
function Gap({ pixels }: { pixels: number }) {
  if (pixels <= 0) return null
  return (
    <tr className="gap" aria-hidden style={{ height: pixels }}>
      <td />
    </tr>
  )
}

function SelectAll({
  count,
  selected,
  onChange,
}: {
  count: number
  selected: ReadonlySet<string>
  onChange: (isAll: boolean) => void
}) {
  return (
    <Checkbox
      label="Select all items"
      isLabelHidden
      isChecked={selected.size > 0 && selected.size >= count}
      isMixed={selected.size > 0 && selected.size < count}
      onChange={onChange}
    />
  )
}

const columns: { sort: Exclude<ItemQuery['sort'], 'imported'>; title: string; isNumber?: boolean }[] = [
  { sort: 'prompt', title: 'Prompt' },
  { sort: 'length', title: 'Response to edit' },
  { sort: 'dataset', title: 'Dataset' },
  { sort: 'state', title: 'State' },
  { sort: 'ratio', title: 'Edit ratio', isNumber: true },
]

function Heads({ query: { sort, isDescending }, selection }: { query: ItemQuery; selection: ReactNode }) {
  const [, change] = usePlace()
  return (
    <thead>
      <tr>
        <th scope="col" className="item-check">
          {selection}
        </th>
        {columns.map((column) => (
          <SortHead
            key={column.sort}
            isNumber={column.isNumber}
            direction={sort !== column.sort ? null : isDescending ? 'descending' : 'ascending'}
            onSort={(order) => change({ sort: column.sort, order })}
          >
            {column.title}
          </SortHead>
        ))}
      </tr>
    </thead>
  )
}

interface RowProps {
  row: ItemRow | undefined
  index: number
  isOpen: boolean
  isSelected: boolean
  onOpen: (id: string) => void
  onToggle: (id: string, isRange: boolean) => void
}

function Row({ row, index, isOpen, isSelected, onOpen, onToggle }: RowProps) {
  if (!row)
    return (
      <tr className="item-row" aria-rowindex={index + 2}>
        <td />
      </tr>
    )
  const { id, prompt, rejected, chosen, datasets, editRatio } = row
  return (
    <tr
      className="item-row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      aria-current={isOpen || undefined}
      onClick={(event) => !isCheck(event) && onOpen(id)}
      // With Shift down, a click selects all rows from the one that was selected before.
      onClickCapture={(event) => {
        if (!event.shiftKey || !isCheck(event)) return
        event.preventDefault()
        event.stopPropagation()
        onToggle(id, true)
      }}
    >
      <td className="item-check">
        <Checkbox
          label={`Select ${prompt}`}
          isLabelHidden
          isChecked={isSelected}
          onChange={() => onToggle(id, false)}
        />
      </td>
      <td>
        <button type="button" className="opens cut" dir="auto" tabIndex={-1}>
          {prompt}
        </button>
      </td>
      <td className="second item-response">
        <div className="cut" dir="auto">
          {rejected ?? chosen}
        </div>
      </td>
      <td className="second item-dataset">
        <div className="cut" title={datasets}>
          {datasets}
        </div>
      </td>
      <td>
        <ItemStatePill row={row} />
      </td>
      <td className="r">{editRatio === null ? '' : editRatio.toFixed(2)}</td>
    </tr>
  )
}

function isCheck({ target }: MouseEvent): boolean {
  return target instanceof Element && target.closest('.item-check') !== null
}

function useSelection(
  query: ItemQuery,
  selected: ReadonlySet<string>,
  onSelect: (ids: ReadonlySet<string>) => void,
) {
  const project = useProject()
  /** Where a range starts: the row that was selected last. */
  const anchor = useRef(0)
  const toggle = (id: string, index: number) => {
    anchor.current = index
    const next = new Set(selected)
    if (!next.delete(id)) next.add(id)
    onSelect(next)
  }
  const selectTo = async (id: string, index: number) => {
    const ids = await host.data.ids({ project, query })
    const [from, to] = [Math.min(anchor.current, index), Math.max(anchor.current, index)]
    onSelect(new Set([...selected, id, ...ids.slice(from, to + 1)]))
  }
  const selectAll = async (isAll: boolean) =>
    onSelect(new Set(isAll ? await host.data.ids({ project, query }) : []))
  return { toggle, selectTo, selectAll }
}

/** What keys do with the open row: it moves, and is selected on the way if Shift is down. */
function useMoves({
  items: { virtual, visible, count = 0, rowAt },
  scroller,
  open,
  toggle,
}: {
  items: Items
  scroller: RefObject<HTMLDivElement | null>
  open: string | undefined
  toggle: (row: ItemRow, index: number) => void
}) {
  const [, change] = usePlace()
  const at = visible.find(({ index }) => rowAt(index)?.id === open)?.index
  const move = (by: number, isSelecting = false) => {
    const next = at === undefined ? (visible[0]?.index ?? 0) : Math.min(Math.max(at + by, 0), count - 1)
    const row = rowAt(next)
    virtual.scrollToIndex(next)
    scroller.current?.focus({ preventScroll: true })
    if (!row) return
    change({ item: row.id }, { replace: open !== undefined })
    if (isSelecting) toggle(row, next)
  }
  const select = () => {
    const row = at === undefined ? undefined : rowAt(at)
    if (row && at !== undefined) toggle(row, at)
  }
  return [
    { keys: 'j', does: 'Next item', run: () => move(1), repeats: true },
    { keys: 'k', does: 'Previous item', run: () => move(-1), repeats: true },
    { keys: 'ArrowDown', does: 'Next item', run: () => move(1), repeats: true },
    { keys: 'ArrowUp', does: 'Previous item', run: () => move(-1), repeats: true },
    { keys: 'Shift+ArrowDown', does: 'Select the next item', run: () => move(1, true), repeats: true },
    { keys: 'Shift+ArrowUp', does: 'Select the previous item', run: () => move(-1, true), repeats: true },
    { keys: 'x', does: 'Select the open item', run: select },
  ]
}
