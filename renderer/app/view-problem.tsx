/** A view that cannot be shown: what happened, in a sentence, and a way back. Never the router's own page. */
import { type ReactNode, useEffect } from 'react'
import { Button } from '../ui/button.tsx'
import { Problem } from '../ui/problem.tsx'
import { onConnection } from './connection.ts'

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

/** Whether the host has said that there is no such thing. */
export function isMissing(error: unknown): boolean {
  return (error as { code?: unknown } | null | undefined)?.code === 'not_found'
}
