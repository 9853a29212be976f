/** What edits have cost: active time and steps per person, the items that took longest, and all of it as CSV. */
import { useQuery } from '@tanstack/react-query'
import type { Effort } from '../../electron/contract/annotate.ts'
import { Bar } from '../app/bar.tsx'
import { host } from '../app/connection.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { saveText } from '../app/save-file.ts'
import { csvOf } from '../app/table-text.ts'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { durationOf, numberOf } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { TableScroll } from '../ui/table.tsx'
import { effortByPerson, effortTable, type PersonEffort } from './effort-statistics.ts'
import { HelpEffects } from './help-effects.tsx'

export function EffortPage({ onClose }: { onClose: () => void }) {
  const project = useProject()
  const { data, error, refetch } = useQuery({
    queryKey: ['effort', project],
    queryFn: () => host.annotate.effort({ project }),
  })
  const hasRows = data !== undefined && data.length > 0
  return (
    <>
      <Bar title="Effort" crumbs={[{ text: 'Annotate', open: onClose }]}>
        <Button
          icon="export"
          disabled={!hasRows}
          onClick={() => data && saveText('effort.csv', csvOf(effortTable(data)))}
        >
          Save as CSV
        </Button>
        <Button onClick={onClose}>Back to the queue</Button>
      </Bar>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard */}
      <div className="scroll pad an-effort" tabIndex={0}>
        <Problem error={error} onRetry={() => void refetch()} />
        {!data && !error && <Skeleton label="Measuring the effort" />}
        {data && !hasRows && (
          <Empty title="No effort is recorded yet">
            <p>
              While you edit here, the active time and each change in the editor are recorded. Imported edits
              have no such record.
            </p>
          </Empty>
        )}
        {hasRows && <People people={effortByPerson(data)} />}
        {hasRows && <HelpEffects />}
        {hasRows && <Longest efforts={data} />}
      </div>
    </>
  )
}

function People({ people }: { people: readonly PersonEffort[] }) {
  const longest = Math.max(...people.map(({ seconds }) => seconds.high)) || 1
  return (
    <section className="col" aria-labelledby="effort-people">
      <h2 id="effort-people" className="subtitle">
        Per person
      </h2>
      <p className="help">
        Active time counts at most 30 s of each pause. A step is a key, a paste or an accepted suggestion. The
        bar shows the middle half of the items, the dot the median.
      </p>
      <TableScroll label="Effort per person">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Person</th>
              <th scope="col" className="r">
                Items
              </th>
              <th scope="col" className="r hide-tiny">
                Active time
              </th>
              <th scope="col" className="an-effort-plot">
                Per item, 0 to {durationOf(longest)}
              </th>
              <th scope="col" className="r">
                Median
              </th>
              <th scope="col" className="r">
                Steps per item
              </th>
              <th
                scope="col"
                className="r hide-tiny"
                title="Characters typed and deleted, per character that differs in the end"
              >
                Characters per change
              </th>
              <th scope="col" className="r hide-tiny">
                Pauses of 10 s
              </th>
            </tr>
          </thead>
          <tbody>
            {people.map((person) => (
              <Person key={person.annotator} person={person} longest={longest} />
            ))}
          </tbody>
        </table>
      </TableScroll>
    </section>
  )
}

function Person({ person, longest }: { person: PersonEffort; longest: number }) {
  const { annotator, items, activeSeconds, seconds, steps, perNeeded, longPauses } = person
  const { low, median, high } = seconds
  const place = (value: number) => `${(100 * value) / longest}%`
  return (
    <tr>
      <th scope="row">{annotator}</th>
      <td className="r">{items.toLocaleString('en')}</td>
      <td className="r hide-tiny">{durationOf(activeSeconds)}</td>
      <td>
        <div
          className="an-effort-bar"
          role="img"
          aria-label={`Half of the items took ${durationOf(low)} to ${durationOf(high)}`}
        >
          <span className="an-effort-half" style={{ left: place(low), width: place(high - low) }} />
          <span className="an-effort-median" style={{ left: place(median) }} />
        </div>
      </td>
      <td className="r">{durationOf(median)}</td>
      <td className="r">{numberOf(steps)}</td>
      <td className="r hide-tiny">{numberOf(perNeeded, 2)}</td>
      <td className="r hide-tiny">{longPauses.toLocaleString('en')}</td>
    </tr>
  )
}

const maxShown = 50

function Longest({ efforts }: { efforts: readonly Effort[] }) {
  const [, change] = usePlace()
  const shown = [...efforts].sort((a, b) => b.activeSeconds - a.activeSeconds).slice(0, maxShown)
  return (
    <section className="col" aria-labelledby="effort-items">
      <h2 id="effort-items" className="subtitle">
        Items that took longest
      </h2>
      {efforts.length > maxShown && (
        <p className="help">
          {maxShown} of {efforts.length.toLocaleString('en')}; the CSV has all.
        </p>
      )}
      <TableScroll label="Items that took longest">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Prompt</th>
              <th scope="col">Person</th>
              <th scope="col" className="r">
                Active time
              </th>
              <th scope="col" className="r">
                Steps
              </th>
              <th scope="col" className="r hide-tiny">
                Characters
              </th>
              <th scope="col" className="r hide-tiny">
                Needed
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ id, annotator, prompt, activeSeconds, steps, characters, needed }) => (
              <tr key={`${id} ${annotator}`}>
                <td className="an-effort-prompt">
                  <Button
                    kind="quiet"
                    isSmall
                    onClick={() => change({ effort: undefined, item: id, order: 'all' })}
                  >
                    <span className="cut">{prompt}</span>
                  </Button>
                </td>
                <td>{annotator}</td>
                <td className="r">{durationOf(activeSeconds)}</td>
                <td className="r">{steps.toLocaleString('en')}</td>
                <td className="r hide-tiny">{characters.toLocaleString('en')}</td>
                <td className="r hide-tiny">{numberOf(needed)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </section>
  )
}
