/** Two annotators side by side, the items they disagree on most first. */
import { useQuery } from '@tanstack/react-query'
import { Bar } from '../app/bar.tsx'
import { host } from '../app/connection.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { Button } from '../ui/button.tsx'
import { DiffText } from '../ui/diff-text.tsx'
import { Empty } from '../ui/empty.tsx'
import { Field } from '../ui/field.tsx'
import { Problem } from '../ui/problem.tsx'
import { Skeleton } from '../ui/skeleton.tsx'

const maxShown = 100

type AgreementData = Awaited<ReturnType<typeof host.annotate.agreement>>

export function Review({ onClose }: { onClose: () => void }) {
  const project = useProject()
  const [place] = usePlace()
  const { data: overview } = useQuery({
    queryKey: ['overview', project],
    queryFn: () => host.projects.overview({ project }),
  })
  const annotators = overview?.annotators ?? []
  const first = place.first ?? annotators[0]
  const second = place.second ?? annotators.find((name) => name !== first)
  const without = (other: string | undefined) => annotators.filter((name) => name !== other)
  const agreement = useQuery({
    queryKey: ['agreement', project, first, second],
    queryFn: () => host.annotate.agreement({ project, first: first!, second: second! }),
    enabled: first !== undefined && second !== undefined,
  })
  return (
    <>
      <Bar title="Review" crumbs={[{ text: 'Annotate', open: onClose }]}>
        <Button onClick={onClose}>Back to the queue</Button>
      </Bar>
      <div className="scroll pad col">
        {annotators.length < 2 ? (
          <Empty title="Only one annotator so far">
            <p>
              When a second person has edited the same items, both edits are shown side by side here, with
              Krippendorff's alpha. Set your name in Settings, or import the other annotator's file in
              Annotate.
            </p>
          </Empty>
        ) : (
          <div className="row wrap">
            <AnnotatorChoice label="First" name="first" value={first} annotators={without(second)} />
            <AnnotatorChoice label="Second" name="second" value={second} annotators={without(first)} />
          </div>
        )}
        <Problem error={agreement.error} onRetry={() => void agreement.refetch()} />
        {agreement.isLoading && <Skeleton label="The edits of both are being compared" />}
        {agreement.data && <Agreement data={agreement.data} names={[first!, second!]} />}
      </div>
    </>
  )
}

function AnnotatorChoice({
  label,
  name,
  value,
  annotators,
}: {
  label: string
  name: 'first' | 'second'
  value: string | undefined
  annotators: readonly string[]
}) {
  const [, change] = usePlace()
  return (
    <Field label={label}>
      <select value={value} onChange={({ target }) => change({ [name]: target.value })}>
        {annotators.map((annotator) => (
          <option key={annotator}>{annotator}</option>
        ))}
      </select>
    </Field>
  )
}

function Agreement({
  data: { items, alpha },
  names,
}: {
  data: AgreementData
  names: readonly [string, string]
}) {
  const [, change] = usePlace()
  const open = (id: string) => change({ review: undefined, item: id, order: 'all' })
  if (items.length === 0)
    return (
      <Empty title="Nothing to compare">
        <p>
          {names[0]} and {names[1]} have not finished the same items. Choose two people who have.
        </p>
      </Empty>
    )
  return (
    <>
      <p className="num">
        {items.length} items finished by both. Krippendorff's alpha over changed words:{' '}
        <b>{alpha === null ? '–' : alpha.toFixed(2).replace('-', '−')}</b> (1 is full agreement, 0 is chance).
      </p>
      <table className="table review-table">
        <thead>
          <tr>
            <th>Prompt</th>
            <th>{names[0]}</th>
            <th>{names[1]}</th>
            <th>Agreement</th>
          </tr>
        </thead>
        <tbody>
          {items.slice(0, maxShown).map((item) => (
            <tr key={item.id}>
              <td>
                <button type="button" className="review-prompt" dir="auto" onClick={() => open(item.id)}>
                  {shortened(item.prompt)}
                </button>
              </td>
              <td className="read" dir="auto">
                <DiffText before={item.rejected} after={item.first} />
              </td>
              <td className="read" dir="auto">
                <DiffText before={item.rejected} after={item.second} />
              </td>
              <td>{Math.round(100 * item.agreement)}%</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

const maxCharacters = 80

function shortened(text: string): string {
  return text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text
}
