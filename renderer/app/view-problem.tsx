/** A view that cannot be shown: what happened, in a sentence, and a way back. Never the router's own page. */
import { type ReactNode, useEffect } from 'react'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Problem } from '../ui/problem.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { onConnection } from './connection.ts'
import '../ui/empty.css'

export interface WayBack {
  label: string
  go(): void
}

export function ViewProblem({
  title,
  sentence,
  error,
  back,
  onRetry,
}: {
  title: string
  sentence?: ReactNode
  /** Shown with its details, if it has some. */
  error?: unknown
  back?: WayBack
  onRetry?: () => void
}) {
  useEffect(() => onConnection((state) => state === 'open' && onRetry?.()), [onRetry])
  return (
    <div className="empty view-problem" role={error ? undefined : 'alert'}>
      <h1>{title}</h1>
      {sentence && <p>{sentence}</p>}
      <Problem error={error} />
      <p className="row">
        {onRetry && (
          <Button kind="primary" onClick={onRetry}>
            Try again
          </Button>
        )}
        {back && <Button onClick={back.go}>{back.label}</Button>}
      </p>
    </div>
  )
}

/** What an address names could not be shown: it is missing, has an error, or is still loading. */
export function LinkProblem({
  what,
  error,
  back,
  onRetry,
}: {
  /** As in "This run is not in the project". */
  what: string
  /** Null while it is loading. */
  error: unknown
  back: WayBack
  onRetry: () => void
}) {
  if (!error) return <Skeleton label={`Loading the ${what}`} />
  if (!isMissing(error))
    return (
      <ViewProblem title={`This ${what} could not be shown`} error={error} back={back} onRetry={onRetry} />
    )
  return (
    <ViewProblem
      title={`This ${what} is not in the project`}
      sentence="It may have been removed since the link was made."
      back={back}
    />
  )
}

/** For a name in an address that the project does not have, such as that of a dataset that was removed. */
export function UnknownName({
  what,
  name,
  known,
  way,
}: {
  /** As in "There is no dataset". */
  what: string
  name: string | undefined
  /** Undefined while it is loading. */
  known: readonly string[] | undefined
  way: WayBack
}) {
  if (name === undefined || known === undefined || known.includes(name)) return null
  return (
    <Banner
      kind="warn"
      title={`There is no ${what} “${name}” in this project.`}
      actions={<Button onClick={way.go}>{way.label}</Button>}
    >
      <p>It may have been renamed or removed since the link was made.</p>
    </Banner>
  )
}

/** Whether the host has said that there is no such thing. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'not_found'
}

/** Whether the host has said that a project's database is damaged. */
export function isDamaged(error: unknown): boolean {
  return codeOf(error) === 'damaged'
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code
}
