/** Two annotators side by side, where they differ most first. */
import { useQuery } from '@tanstack/react-query'
import { host } from '../app/connection.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { DiffText } from '../ui/diff-text.tsx'
import { Button, Empty, Field, numberOf, Problem } from '../ui/kit.tsx'

const mostShown = 100

export function Review({ onClose }: { onClose: () => void }) {
  const project = useProject()
  const [place, change] = usePlace()
  const { data: overview } = useQuery({
    queryKey: ['overview', project],
    queryFn: () => host.projects.overview({ project }),
  })
  const annotators = overview?.annotators ?? []
  const first = place.first ?? annotators[0]
  const second = place.second ?? annotators.find((name) => name !== first)
  const agreement = useQuery({
    queryKey: ['agreement', project, first, second],
    queryFn: () => host.annotate.agreement({ project, first: first!, second: second! }),
    enabled: first !== undefined && second !== undefined,
  })
  const choice = (label: string, value: string | undefined, name: 'first' | 'second') => (
    <Field label={label}>
      <select value={value} onChange={({ target }) => change({ [name]: target.value })}>
        {annotators.map((annotator) => (
          <option key={annotator}>{annotator}</option>
        ))}
      </select>
    </Field>
  )
  return (
    <div className="stack">
      <div className="row spread">
        <h1>Review</h1>
        <Button onClick={onClose}>Back to the queue</Button>
      </div>
      {annotators.length < 2 ? (
        <Empty title="One annotator so far">
          <p>
            When a second person has edited the same items, their work is set side by side here, with
            Krippendorff's alpha. Set your name in Settings, or bring a pack home.
          </p>
        </Empty>
      ) : (
        <div className="row">
          {choice('First', first, 'first')}
          {choice('Second', second, 'second')}
        </div>
      )}
      <Problem error={agreement.error} />
      {agreement.data && (
        <>
          <p className="numbers">
            {agreement.data.items.length} items finished by both. Krippendorff's alpha over changed words:{' '}
            <b>{numberOf(agreement.data.alpha)}</b> (1 is full agreement, 0 is chance).
          </p>
          <table className="table review-table">
            <thead>
              <tr>
                <th>Prompt</th>
                <th>{first}</th>
                <th>{second}</th>
                <th>Agree</th>
              </tr>
            </thead>
            <tbody>
              {agreement.data.items.slice(0, mostShown).map((item) => (
                <tr key={item.id}>
                  <td>
                    <Button
                      kind="quiet"
                      onClick={() => change({ review: undefined, item: item.id, order: 'all' })}
                    >
                      {item.prompt.slice(0, 80)}
                    </Button>
                  </td>
                  <td>
                    <DiffText before={item.rejected} after={item.first} />
                  </td>
                  <td>
                    <DiffText before={item.rejected} after={item.second} />
                  </td>
                  <td>{Math.round(100 * item.agreement)}%</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </div>
  )
}
