/** Training that was just started and has no run yet: its place in the queue, or what it prepares. */
import { useEffect } from 'react'
import { Bar } from '../app/bar.tsx'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { nameOfJob } from '../app/name-of-job.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { useWork } from '../app/queries.ts'
import { Button } from '../ui/button.tsx'
import { Problem } from '../ui/problem.tsx'
import { State } from '../ui/state.tsx'
import { Stage } from './state-band.tsx'

export function JobPage({ job }: { job: string }) {
  const project = useProject()
  const [, change] = usePlace()
  const work = useWork(project).find(({ id }) => id === job)
  const run = work?.run ?? null
  const toList = () => change({ job: undefined })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the page of the run takes over once there is one
  useEffect(() => {
    if (run !== null) change({ job: undefined, run }, { replace: true })
  }, [run])
  useKeys('This run', [{ keys: 'Escape', does: 'back to the list', run: toList }])
  return (
    <>
      <Bar title={work ? nameOfJob(work) : 'Run'} crumbs={[{ text: 'Runs', open: toList }]}>
        {work?.endedAt === null && (
          <Button icon="stopped" onClick={() => void host.work.stop({ id: job })}>
            {work.state === 'queued' ? 'Remove from the queue' : 'Stop'}
          </Button>
        )}
      </Bar>
      <div className="scroll">
        {work ? (
          <section className="state-band" aria-label="State">
            <div className="how-far" role="status">
              <span className="row wrap">
                <State kind={work.state} />
              </span>
              {work.endedAt === null && <Stage work={work} />}
            </div>
          </section>
        ) : (
          <p className="pad quiet">This job ended before the host was restarted.</p>
        )}
        <div className="pad col">
          <Problem error={work?.error} actions={<Button onClick={toList}>All runs</Button>} />
          {work?.notes.map((sentence) => (
            <p key={sentence} className="second">
              {sentence}
            </p>
          ))}
        </div>
      </div>
    </>
  )
}
