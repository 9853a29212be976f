/** Sorts the change at the caret by one key: the project's kinds of changes, with their keys. */
import { useKeys } from '../app/keys.ts'
import { useGuidelines } from '../app/use-guidelines.ts'
import { Button } from '../ui/button.tsx'
import { kindsOfChanges, wordOfKind } from './change-kinds.ts'
import type { Editing } from './use-editing.ts'

const noKinds: string[] = []

export function KindBar({ editing }: { editing: Editing }) {
  const kinds = useGuidelines().data?.kinds ?? noKinds
  const at = editing.notes.find((note) => note.at)?.at ?? null
  const [sorted = null] = at ? kindsOfChanges([at], editing.marks) : []
  useKeys(
    'Kind of the change',
    kinds.flatMap((kind, i) => {
      const binding = { does: kind, run: () => editing.sort(kind) }
      return [
        { keys: String(i + 1), ...binding },
        { keys: `Alt+${i + 1}`, whileTyping: true, ...binding },
      ]
    }),
  )
  if (kinds.length === 0) return null
  const help = 'Once: as a major change. Again: as a minor one. A third time: not sorted.'
  return (
    <div className="an-kinds">
      <span className="label" id="kind-of-change">
        Kind of this change
      </span>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out in a row everywhere */}
      <div className="row wrap" role="group" aria-labelledby="kind-of-change">
        {kinds.map((kind, i) => {
          const isOn = sorted?.kind === kind
          return (
            <Button
              key={kind}
              kind="quiet"
              isSmall
              keys={`Alt+${i + 1}`}
              title={help}
              disabled={at === null}
              isPressed={isOn}
              // The caret stays at the change.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => editing.sort(kind)}
            >
              {isOn ? wordOfKind(sorted) : kind}
            </Button>
          )
        })}
      </div>
      {sorted && !kinds.includes(sorted.kind) && <span className="badge">{wordOfKind(sorted)}</span>}
      {at === null && <span className="quiet hide-narrow">Move to a change (Alt ↑ ↓) to sort it.</span>}
    </div>
  )
}
