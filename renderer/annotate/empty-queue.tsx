/** What an empty queue will show later, and the first step towards it. */
import { useQuery } from '@tanstack/react-query'
import { host } from '../app/connection.ts'
import { goTo, usePlace, useProject } from '../app/navigation.ts'
import { changeSettings, useSettings } from '../app/settings.ts'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'

export function EmptyQueue({ done, total }: { done: number; total: number }) {
  const project = useProject()
  const [place, change] = usePlace()
  const { annotator } = useSettings()
  if (place.q || place.state || place.dataset)
    return (
      <Empty title="No item is found">
        <p>No item of this queue matches the search and the filters.</p>
        <Button onClick={() => change({ q: undefined, state: undefined, dataset: undefined, order: 'all' })}>
          Show all items
        </Button>
      </Empty>
    )
  if (total === 0)
    return (
      <Empty title="Nothing to edit yet">
        <p>
          Here you change rejected responses as little as possible. The words you delete, insert and keep
          become token labels. First import items that have a rejected response.
        </p>
        <Button kind="primary" onClick={() => goTo(project, 'data')}>
          Go to Data
        </Button>
      </Empty>
    )
  return (
    <Empty title="This queue is finished">
      <p>
        {done} of {total} items are done by {annotator}.
      </p>
      <Button onClick={() => change({ order: 'all' })}>Show all items</Button>
    </Empty>
  )
}

/** For the queue of edits that a reward model disagrees with. */
export function EmptyDisputed({ hasModel }: { hasModel: boolean }) {
  const project = useProject()
  const { annotator } = useSettings()
  const { data: overview } = useQuery({
    queryKey: ['overview', project],
    queryFn: () => host.projects.overview({ project }),
  })
  if (!hasModel)
    return (
      <Empty title="No reward model yet">
        <p>
          Once you have a reward model, this queue shows the edits it disagrees with most: annotation
          mistakes, or things the model has not learned.
        </p>
        <Button kind="primary" onClick={() => goTo(project, 'runs', { new: 'reward' })}>
          Train a reward model
        </Button>
      </Empty>
    )
  const others = overview?.annotators.filter((name) => name !== annotator)
  return (
    <Empty title={`No finished edits by ${annotator}`}>
      <p>
        This queue shows your finished edits that a reward model disagrees with. Imported edits belong to
        another annotator; switch to that name to review them.
      </p>
      <p className="row wrap">
        {others?.map((name) => (
          <Button key={name} onClick={() => changeSettings({ annotator: name })}>
            Switch to {name}
          </Button>
        ))}
      </p>
    </Empty>
  )
}
