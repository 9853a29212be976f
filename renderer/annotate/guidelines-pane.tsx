/** The guidelines beside the work: what annotators are asked to do, and the kinds of changes with their keys. */
import { useState } from 'react'
import type { Guidelines } from '../../electron/contract/annotate.ts'
import { useGuidelines } from '../app/use-guidelines.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { InertMarkdown } from '../ui/inert-markdown.tsx'
import { Keys } from '../ui/keys.tsx'
import { Problem } from '../ui/problem.tsx'
import { EditGuidelines } from './edit-guidelines.tsx'

export function GuidelinesPane({ isOver, onClose }: { isOver: boolean; onClose: () => void }) {
  const { data, error, refetch } = useGuidelines()
  const [isEditing, setEditing] = useState(false)
  return (
    <aside className={`pane an-queue an-guidelines ${isOver ? 'is-over' : ''}`} aria-label="Guidelines">
      <div className="an-queue-head">
        <div className="row between">
          <h2 className="label">Guidelines</h2>
          <span className="row">
            <Button kind="quiet" icon="rename" isSmall disabled={!data} onClick={() => setEditing(true)}>
              Edit…
            </Button>
            <IconButton icon="close" label="Hide the guidelines" keys="Alt+g" isSmall onClick={onClose} />
          </span>
        </div>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard */}
      <div className="scroll" tabIndex={0}>
        <Problem error={error} onRetry={() => void refetch()} />
        {data && <Content guidelines={data} />}
      </div>
      {data && isEditing && <EditGuidelines guidelines={data} onClose={() => setEditing(false)} />}
    </aside>
  )
}

function Content({ guidelines: { text, kinds } }: { guidelines: Guidelines }) {
  return (
    <>
      {text === '' ? (
        <p className="second">
          No guidelines yet. Say what annotators should change and what they should leave, so that all edit
          alike.
        </p>
      ) : (
        <InertMarkdown text={text} />
      )}
      <h3 className="label">Kinds of changes</h3>
      {kinds.length === 0 ? (
        <p className="second">
          None. With kinds, such as Fact or Tone, each change can be sorted by one key.
        </p>
      ) : (
        <ol className="an-kind-list">
          {kinds.map((kind, i) => (
            <li key={kind} className="row">
              <Keys keys={`Alt+${i + 1}`} />
              {kind}
            </li>
          ))}
        </ol>
      )}
    </>
  )
}
