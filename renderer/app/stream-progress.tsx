/** Progress of an answer that takes a while, with buttons to stop and resume it; or why there is no answer. */

import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Problem, sentenceOf } from '../ui/problem.tsx'
import { Progress } from '../ui/progress.tsx'
import type { Streamed } from './streamed.ts'

/** @param label what is being done, as `Scoring responses` */
export function StreamProgress({
  of: { progress, isStopped, error, stop, start },
  label,
}: {
  of: Streamed<unknown>
  label: string
}) {
  if (progress)
    return (
      <div className="row wrap" role="status">
        {progress.total === 0 ? <span>{label}…</span> : <Progress label={label} {...progress} />}
        <Button onClick={stop}>Stop</Button>
      </div>
    )
  if (isStopped)
    return (
      <p className="row wrap" role="status">
        Stopped. <Button onClick={start}>Resume</Button>
      </p>
    )
  if (isUnavailable(error))
    return (
      <Banner kind="note" title={sentenceOf(error)} actions={<Button onClick={start}>Try again</Button>}>
        <p>It continues automatically when the run ends.</p>
      </Banner>
    )
  return <Problem error={error} onRetry={start} />
}

/** The trainer is busy: nothing is wrong. */
function isUnavailable(error: Error | null): boolean {
  return (error as { code?: unknown } | null)?.code === 'unavailable'
}
