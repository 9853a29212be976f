/** An error in the host's words (what happened, where, what to do), with a way to try again or to go back. */
import type { ReactNode } from 'react'
import { Banner } from './banner.tsx'
import { Button } from './button.tsx'

export function Problem({
  error,
  onRetry,
  actions,
}: {
  error: unknown
  onRetry?: () => void
  /** Another way on, such as a button that goes back to the list. */
  actions?: ReactNode
}) {
  if (error === null || error === undefined) return null
  return (
    <Banner
      kind="bad"
      title={sentenceOf(error)}
      actions={
        (onRetry || actions) && (
          <>
            {onRetry && (
              <Button icon="retry" onClick={onRetry}>
                Try again
              </Button>
            )}
            {actions}
          </>
        )
      }
    >
      <Report of={error} />
    </Banner>
  )
}

/** For unexpected errors: details for a bug report, without any of the user's data. */
function Report({ of }: { of: unknown }) {
  const report = (of as { data?: { report?: unknown } | null } | null)?.data?.report
  if (typeof report !== 'string') return null
  const text = `${report}\n${navigator.userAgent}`
  return (
    <details>
      <summary>Details</summary>
      <pre className="code">{text}</pre>
      <Button icon="copy" isSmall onClick={() => void navigator.clipboard?.writeText(text)}>
        Copy report
      </Button>
    </details>
  )
}

export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
