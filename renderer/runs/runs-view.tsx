/** The view Runs: the list, one run, a comparison of several, or the form for a new one. */
import { usePlace } from '../app/navigation.ts'
import { Compare } from './compare.tsx'
import { JobPage } from './job-page.tsx'
import { NewRun } from './new-run.tsx'
import { RunList } from './run-list.tsx'
import { RunPage } from './run-page.tsx'
import './runs.css'

export function View() {
  const [place] = usePlace()
  if (place.new !== undefined) return <NewRun />
  if (place.compare !== undefined) return <Compare runs={place.compare.split(',')} />
  if (place.job !== undefined) return <JobPage key={place.job} job={place.job} />
  if (place.run !== undefined) return <RunPage key={place.run} run={place.run} />
  return <RunList />
}
