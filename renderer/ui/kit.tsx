/** The small components and formats that all views share. */
import { Dialog as BaseDialog } from '@base-ui/react/dialog'
import type { ComponentProps, ReactNode } from 'react'
import { keyCaps } from './key-caps.ts'

export function Button({
  kind = 'plain',
  ...rest
}: ComponentProps<'button'> & { kind?: 'plain' | 'primary' | 'quiet' | 'danger' }) {
  return <button type="button" {...rest} className={`button ${kind} ${rest.className ?? ''}`} />
}

/** A labelled control; `help` is shown below it. */
export function Field({
  label,
  tooltip,
  help,
  error,
  children,
}: {
  label: string
  /** The tooltip of the label. */
  tooltip?: string
  help?: ReactNode
  error?: string
  children: ReactNode
}) {
  return (
    <div className="field">
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the control is the child */}
      <label>
        <span className="field-label" title={tooltip}>
          {label}
        </span>
        {children}
      </label>
      {help && <span className="help">{help}</span>}
      {error && (
        <span className="problem" role="alert">
          {error}
        </span>
      )}
    </div>
  )
}

/** What an empty view will show later, and the first step towards it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  )
}

/** An error, in the host's words: what happened, where, and what to do. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  if (error === null || error === undefined) return null
  return (
    <div className="problem box" role="alert">
      <p>{sentenceOf(error)}</p>
      <Report of={error} />
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
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
      <Button onClick={() => void navigator.clipboard?.writeText(text)}>Copy report</Button>
    </details>
  )
}

export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A dialog that Escape closes; the focus then returns to where it was. */
export function Dialog({
  open,
  onClose,
  title,
  wide = false,
  children,
}: {
  open: boolean
  onClose: () => void
  title: string
  wide?: boolean
  children: ReactNode
}) {
  return (
    <BaseDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className="backdrop" />
        <BaseDialog.Popup className={`dialog ${wide ? 'wide' : ''}`}>
          <BaseDialog.Title className="dialog-title">{title}</BaseDialog.Title>
          {children}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  )
}

/** A progress bar, always with its numbers. */
export function Progress({
  done,
  total,
  label,
  secondsLeft,
}: {
  done: number
  total: number
  label: string
  secondsLeft?: number | null
}) {
  const left = secondsLeft === null || secondsLeft === undefined ? '' : ` · ${durationOf(secondsLeft)} left`
  return (
    <div className="progress">
      <progress value={done} max={Math.max(total, 1)} aria-label={label} />
      <span className="num">
        {label} {done} of {total}
        {left}
      </span>
    </div>
  )
}

export function Keys({ keys }: { keys: string }) {
  return (
    <span className="keys">
      {keyCaps(keys).map((cap, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
        <kbd key={i}>{cap}</kbd>
      ))}
    </span>
  )
}

/** A duration with its unit: `41 s`, `3 min`, `2 h 5 min`. */
export function durationOf(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export function bytesOf(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`
}

/** A number with few significant digits and a true minus sign; thousands are whole. `–` stands for none. */
export function numberOf(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined) return '–'
  if (!Number.isFinite(value)) return String(value)
  const text =
    Math.abs(value) >= 1000
      ? Math.round(value).toLocaleString('en')
      : Number(value.toPrecision(digits)).toString()
  return text.replace('-', '−')
}

export function timeOf(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
}
