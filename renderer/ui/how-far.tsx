/** How far an answer that takes its time is, with a button to stop it; after that, one to go on; or why there is none. */
import type { Streamed } from '../app/streamed.ts'
import { Button, Problem, Progress } from './kit.tsx'

/** @param label what is being done, as `Scoring responses` */
export function HowFar({
  of: { howFar, isStopped, error, stop, start },
  label,
}: {
  of: Streamed<unknown>
  label: string
}) {
  if (howFar)
    return (
      <div className="row" role="status">
        {howFar.total === 0 ? <span>{label}…</span> : <Progress label={label} {...howFar} />}
        <Button onClick={stop}>Stop</Button>
      </div>
    )
  if (isStopped)
    return (
      <p className="row" role="status">
        Stopped. <Button onClick={start}>Go on</Button>
      </p>
    )
  return <Problem error={error} onRetry={start} />
}
