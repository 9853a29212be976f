/** Gallery: states, progress, tables, and what a view shows while there is nothing to show. */
import { useState } from 'react'
import { Banner } from '../ui/banner.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { Empty } from '../ui/empty.tsx'
import { PageTurner, usePages } from '../ui/pages.tsx'
import { Problem } from '../ui/problem.tsx'
import { Progress } from '../ui/progress.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { Badge, State, type StateKind } from '../ui/state.tsx'
import { type SortDirection, SortHead, TableScroll } from '../ui/table.tsx'
import type { SectionContent } from './section.tsx'

const kinds: StateKind[] = ['queued', 'running', 'paused', 'done', 'stopped', 'failed']

function States() {
  return (
    <>
      <div className="gallery-line">
        {kinds.map((kind) => (
          <State key={kind} kind={kind} />
        ))}
      </div>
      <div className="gallery-line">
        {kinds.map((kind) => (
          <State key={kind} kind={kind} isPlain />
        ))}
      </div>
      <div className="gallery-line">
        <Badge>PPO</Badge>
        <Badge icon="lock">Held out</Badge>
      </div>
    </>
  )
}

const manyRows = Array.from({ length: 200 }, (_, row) => row)

function LongList() {
  const pages = usePages(manyRows)
  return <PageTurner pages={pages} />
}

function Progresses() {
  return (
    <>
      <Progress label="Training, step" done={41} total={120} secondsLeft={1080} />
      <Progress label="Reading helpdesk.jsonl, row" done={1200} total={3800} />
    </>
  )
}

const runs: [name: string, state: StateKind, rate: number][] = [
  ['Token reward, seed 1', 'done', 63.8],
  ['Token reward, seed 2', 'done', 64.8],
  ['Token reward, seed 3', 'running', 62],
  ['Sequence, original', 'paused', 55.2],
]

function RunTable() {
  const [direction, setDirection] = useState<SortDirection>('descending')
  const [selected, setSelected] = useState('Token reward, seed 3')
  const sign = direction === 'ascending' ? 1 : -1
  return (
    <TableScroll label="Runs">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">
              <span className="unseen">Selected</span>
            </th>
            <th scope="col">Name</th>
            <th scope="col">State</th>
            <SortHead direction={direction} onSort={setDirection} isNumber>
              Win rate, %
            </SortHead>
            <th scope="col">
              <span className="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {[...runs]
            .sort((a, b) => sign * (a[2] - b[2]))
            .map(([name, state, rate]) => (
              <tr key={name} aria-selected={name === selected}>
                <td>
                  <Checkbox
                    label={name}
                    isLabelHidden
                    isChecked={name === selected}
                    onChange={() => setSelected(name)}
                  />
                </td>
                <td className="medium">{name}</td>
                <td>
                  <State kind={state} />
                </td>
                <td className="r">{rate.toFixed(1)}</td>
                <td>
                  <span className="acts">
                    <IconButton icon="branch" label={`Branch ${name}`} isSmall />
                  </span>
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </TableScroll>
  )
}

function Nothing() {
  return (
    <>
      <div className="wide">
        <Card title="An empty view">
          <Empty
            icon="annotate"
            title="No edits yet"
            action={<Button kind="primary">Annotate the first item</Button>}
          >
            <p>The first edit teaches the most. Open an item and change as little as you can.</p>
          </Empty>
        </Card>
      </div>
      <div className="wide">
        <Problem
          error={new Error('The run stopped: out of memory. Step 17 needed 9.1 GB and 7.4 GB were free.')}
          onRetry={() => {}}
          actions={<Button>Branch with half the batch</Button>}
        />
      </div>
      <div className="wide">
        <Banner kind="warn" icon="paused" title="Paused at step 84: KL passed 6">
          <p>The best checkpoint by win rate is step 64.</p>
        </Banner>
      </div>
      <div className="wide">
        <Banner kind="note" title="40 verdicts: a good moment to rest your eyes." />
      </div>
      <div className="wide">
        <Skeleton label="Loading the runs" />
      </div>
    </>
  )
}

export const stateSections: SectionContent[] = [
  { title: 'States', about: 'Icon and word; colour only helps.', Content: States },
  { title: 'Progress', about: 'Never without a number and, if known, the time left.', Content: Progresses },
  { title: 'Table', about: 'Rows are 34 px; actions come on hover and on focus.', Content: RunTable },
  { title: 'Pages', about: 'A long table shows 90 rows at a time.', Content: LongList },
  {
    title: 'Empty, error, loading',
    about: 'What happened, where, what to do. Shapes only after 300 ms.',
    Content: Nothing,
  },
]
