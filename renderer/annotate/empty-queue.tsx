/** What would be in an empty queue, and the first step towards it. */
import { useQuery } from '@tanstack/react-query'
import { host } from '../app/connection.ts'
import { goTo, usePlace, useProject } from '../app/navigation.ts'
import { changeSettings, useSettings } from '../app/settings.ts'
import { Button, Empty } from '../ui/kit.tsx'

export function EmptyQueue({ done, total }: { done: number; total: number }) {
  const project = useProject()
  const [, change] = usePlace()
  const { annotator } = useSettings()
  if (total === 0)
    return (
      <Empty title="Nothing to edit yet">
        <p>
          Here you change a rejected response as little as possible. What you strike and what you leave
          standing become the labels of its tokens. Import items with a rejected response first.
        </p>
        <Button kind="primary" onClick={() => goTo(project, 'data')}>
          Go to Data
        </Button>
      </Empty>
    )
  return (
    <Empty title="This queue is done">
      <p>
        {done} of {total} items are done by {annotator}.
      </p>
      <Button onClick={() => change({ order: 'all' })}>Look through all</Button>
    </Empty>
  )
}

/** The queue of edits that a reward model disagrees with. */
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
          A reward model that has learnt from edits doubts some of them. Here you would look at those again,
          the most doubted first: slips of the annotator's, or what the model has not learnt.
        </p>
        <Button kind="primary" onClick={() => goTo(project, 'runs', { new: 'reward' })}>
          Train one
        </Button>
      </Empty>
    )
  return (
    <Empty title={`No finished edits by ${annotator}`}>
      <p>
        This queue has the edits that you finished and a reward model disagrees with. Imported ones are kept
        under a name of their own; take it to look at them again.
      </p>
      <p className="row">
        {overview?.annotators
          .filter((name) => name !== annotator)
          .map((name) => (
            <Button key={name} onClick={() => changeSettings({ annotator: name })}>
              Work as {name}
            </Button>
          ))}
      </p>
    </Empty>
  )
}
