/** A prompt: every message, with its role if there are several, and the context to expand. */
import type { Message } from '../../electron/contract/records.ts'

export function Prompt({
  prompt,
  context,
  folding,
}: {
  prompt: readonly Message[]
  context: string
  /** If the caller controls whether the context is expanded. */
  folding?: { isOpen: boolean; onChange: (isOpen: boolean) => void }
}) {
  return (
    <>
      {prompt.map(({ role, content }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a message is its place
        <p key={i} className="whole read">
          {prompt.length > 1 && <b>{role}: </b>}
          {content}
        </p>
      ))}
      {context !== '' && (
        <details
          open={folding?.isOpen}
          onToggle={({ currentTarget }) => folding?.onChange(currentTarget.open)}
        >
          <summary>Context</summary>
          <p className="whole read">{context}</p>
        </details>
      )}
    </>
  )
}
