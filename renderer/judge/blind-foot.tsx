/** Under a blind pair: the rest that is offered, and the actions that are not verdicts. Nothing above it moves. */
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { isTimeToRest } from './rest.ts'
import { largerText, smallerText } from './text-scale.ts'
import type { BlindPair, BlindSession } from './use-blind-session.ts'

export function BlindFoot({
  pair,
  session,
  marks,
  onToggleMarks,
  onExplain,
}: {
  pair: BlindPair
  session: BlindSession
  marks: boolean
  onToggleMarks: () => void
  onExplain: () => void
}) {
  return (
    <footer className="judging-foot">
      <div className="judging-notice" role="status">
        <Notice pair={pair} onStop={session.stop} />
      </div>
      <div className="judging-more">
        <Button kind="quiet" isSmall icon="skip" keys="s" onClick={() => session.vote('skip')}>
          Skip
        </Button>
        <Button
          kind="quiet"
          isSmall
          icon="undo"
          keys="Backspace"
          disabled={pair.judged === 0}
          onClick={session.undo}
        >
          Undo last
        </Button>
        <Button kind="quiet" isSmall icon="differences" keys="m" isPressed={marks} onClick={onToggleMarks}>
          Mark differences
        </Button>
        <Button kind="quiet" isSmall icon="addNote" keys="r" onClick={onExplain}>
          Add a reason
        </Button>
        <TextSize />
      </div>
    </footer>
  )
}

function Notice({ pair: { judged, decided }, onStop }: { pair: BlindPair; onStop: () => void }) {
  if (isTimeToRest(judged))
    return (
      <span className="second">
        {judged} pairs judged: a good moment to rest your eyes. Everything is saved.
      </span>
    )
  if (!decided) return null
  return (
    <span className="row wrap second">
      Decided: the verdicts so far show which side is better. You may stop.
      <Button isSmall onClick={onStop}>
        Stop and show the result
      </Button>
    </span>
  )
}

function TextSize() {
  return (
    <span className="row judging-size">
      <Icon name="textSize" isSmall />
      Text size
      <button type="button" className="btn quiet small" aria-label="Larger text" onClick={largerText}>
        <kbd className="key" aria-hidden>
          +
        </kbd>
      </button>
      <button type="button" className="btn quiet small" aria-label="Smaller text" onClick={smallerText}>
        <kbd className="key" aria-hidden>
          −
        </kbd>
      </button>
    </span>
  )
}
