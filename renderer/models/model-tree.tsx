/** The models of the project as a tree of descent, with the win rate of each. */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { Input } from '../ui/field.tsx'
import { Icon } from '../ui/icons.tsx'
import { PageTurner, usePages } from '../ui/pages.tsx'
import type { Node, WinRate } from './lineage.ts'
import { isLanguage, madeBy } from './model-words.ts'

export function ModelTree({
  nodes,
  rates,
  current,
  onOpen,
}: {
  nodes: readonly Node[]
  rates: ReadonlyMap<string, WinRate>
  /** Name of the model whose facts are shown. */
  current: string | undefined
  onOpen: (node: Node) => void
}) {
  const [search, setSearch] = useState('')
  const pages = usePages(matching(nodes, search))
  const list = useRef<HTMLUListElement>(null)
  useShown(list, current)
  return (
    <>
      <div className="tools between tree-head">
        <span className="label">Lineage</span>
        <span className="label">Win rate</span>
      </div>
      {nodes.length > manyModels && (
        <div className="tree-search">
          <Input
            type="search"
            aria-label="Search models"
            placeholder="Search models"
            before={<Icon name="search" />}
            value={search}
            onChange={({ target }) => setSearch(target.value)}
          />
        </div>
      )}
      <div className="scroll tree-nodes">
        {pages.total === 0 && <p className="quiet pad">No model matches.</p>}
        <ul ref={list} aria-label="Models by descent" onKeyDown={moveFocus}>
          {pages.shown.map((node) => (
            <li key={node.model.id}>
              <TreeNode
                node={node}
                rate={rates.get(node.model.name)}
                isCurrent={node.model.name === current}
                onOpen={() => onOpen(node)}
              />
            </li>
          ))}
        </ul>
        <PageTurner pages={pages} />
      </div>
    </>
  )
}

function TreeNode({
  node: { model, depth },
  rate,
  isCurrent,
  onOpen,
}: {
  node: Node
  rate: WinRate | undefined
  isCurrent: boolean
  onOpen: () => void
}) {
  const isRoot = depth === 0
  return (
    <button
      type="button"
      className={isRoot ? 'tree-node' : 'tree-node child'}
      style={{ ['--depth' as string]: Math.min(depth, maxIndent) }}
      aria-current={isCurrent}
      title={rate?.sentence}
      onClick={onOpen}
    >
      <Icon name={isLanguage(model) ? 'models' : 'rewardModel'} />
      <span className="tree-name">
        <span className="cut medium">{model.name}</span>
        <span className="quiet">{madeBy(model)}</span>
      </span>
      {rate && <span className="num medium">{rate.value.toFixed(1)}%</span>}
    </button>
  )
}

/** Above this many, one searches rather than looks. */
const manyModels = 12

/** Found models stand alone: those between them may not match. */
function matching(nodes: readonly Node[], search: string): readonly Node[] {
  const wanted = search.trim().toLowerCase()
  if (wanted === '') return nodes
  return nodes.flatMap(({ model }) => (model.name.toLowerCase().includes(wanted) ? { model, depth: 0 } : []))
}

/** The current model is in sight once the list is there, and when another becomes current. */
function useShown(list: { current: HTMLUListElement | null }, current: string | undefined): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another model is at another place
  useEffect(() => {
    list.current?.querySelector('[aria-current=true]')?.scrollIntoView({ block: 'nearest' })
  }, [list, current])
}

/** Deeper models keep their place in the order, but the names need their room. */
const maxIndent = 5

/** The arrow keys move between the models. */
function moveFocus(event: KeyboardEvent<HTMLUListElement>): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (by === undefined) return
  event.preventDefault()
  const nodes = [...event.currentTarget.querySelectorAll<HTMLElement>('.tree-node')]
  nodes[nodes.indexOf(document.activeElement as HTMLElement) + by]?.focus()
}
