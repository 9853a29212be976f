/** Blind judging: the frame goes away, two responses side by side with nothing that identifies a model, verdicts by the arrows. */
import { useState } from 'react'
import { useFocusMode } from '../app/focus-mode.ts'
import { useKeys } from '../app/keys.ts'
import { LinkProblem } from '../app/view-problem.tsx'
import { Button } from '../ui/button.tsx'
import { Mark } from '../ui/mark.tsx'
import { Problem } from '../ui/problem.tsx'
import { ProgressRule } from '../ui/progress.tsx'
import './blind.css'
import { BlindEnd } from './blind-end.tsx'
import { BlindFoot } from './blind-foot.tsx'
import { BlindTexts } from './blind-texts.tsx'
import { largerText, smallerText, useTextScale } from './text-scale.ts'
import { type BlindPair, type BlindSession as Session, useBlindSession } from './use-blind-session.ts'

export function BlindSession({ evaluation }: { evaluation: string }) {
  const session = useBlindSession(evaluation)
  const { pair } = session
  useFocusMode(pair !== undefined)
  if (pair === undefined) {
    const back = { label: 'All evaluations', go: session.pause }
    return <LinkProblem what="blind comparison" error={session.error} back={back} onRetry={session.reload} />
  }
  return (
    <div className="judging">
      <Top pair={pair} onPause={session.pause} />
      {pair === null ? <BlindEnd evaluation={evaluation} /> : <OnePair pair={pair} session={session} />}
    </div>
  )
}

function Top({ pair, onPause }: { pair: BlindPair | null; onPause: () => void }) {
  useKeys('Judging', [{ keys: 'Escape', does: pair ? 'Pause' : 'Close', run: onPause }])
  return (
    <header className="judging-top">
      <Mark />
      <h1 className="medium">{pair ? 'Which answers better?' : 'Judged by hand'}</h1>
      {pair && (
        <span className="quiet hide-tiny">Blind: sides are drawn for each pair, names come at the end</span>
      )}
      <span className="row judging-at">
        {pair && (
          <>
            <span className="num second" role="status">
              {pair.judged} of {pair.total}
            </span>
            <span className="hide-tiny judging-rule">
              <ProgressRule label="Pairs judged" done={pair.judged} total={pair.total} />
            </span>
          </>
        )}
        <Button kind="quiet" keys="Escape" onClick={onPause}>
          {pair ? 'Pause' : 'Close'}
        </Button>
      </span>
    </header>
  )
}

function OnePair({ pair, session }: { pair: BlindPair; session: Session }) {
  const { vote, undo } = session
  const [marks, setMarks] = useState(false)
  const [explains, setExplains] = useState(false)
  const toggleMarks = () => setMarks(!marks)
  const explain = () => setExplains(true)
  const scale = useTextScale()
  useKeys('Verdict', [
    { keys: 'ArrowLeft', does: 'Left is better', run: () => vote('left') },
    { keys: 'ArrowRight', does: 'Right is better', run: () => vote('right') },
    { keys: 'ArrowDown', does: 'Equally good', run: () => vote('tie') },
    { keys: 's', does: 'Skip', run: () => vote('skip') },
    { keys: 'Backspace', does: 'Undo last', run: undo },
    { keys: 'm', does: 'Mark differences', run: toggleMarks },
    { keys: 'r', does: 'Add a reason', run: explain },
    { keys: '+', does: 'Larger text', run: largerText },
    { keys: '-', does: 'Smaller text', run: smallerText },
  ])
  return (
    <>
      <div className="judging-mid" style={{ ['--judging-scale' as string]: scale }}>
        <BlindTexts pair={pair} marks={marks} />
        {(explains || session.reason !== '') && (
          <Reason key={pair.pairId} session={session} hasFocus={explains} onDone={() => setExplains(false)} />
        )}
        <Problem error={session.actionError} />
        <Verdicts onVote={vote} />
      </div>
      <BlindFoot
        pair={pair}
        session={session}
        marks={marks}
        onToggleMarks={toggleMarks}
        onExplain={explain}
      />
    </>
  )
}

/** Escape and Ctrl Enter leave the text, so that the arrows decide again. */
function Reason({
  session: { reason, setReason },
  hasFocus,
  onDone,
}: {
  session: Session
  hasFocus: boolean
  onDone: () => void
}) {
  return (
    <label className="judging-reason">
      <span className="row wrap between">
        <span className="label">Reason for your verdict on this pair</span>
        <span className="help">Esc returns to the arrows; it is saved with the verdict</span>
      </span>
      <textarea
        rows={2}
        maxLength={2000}
        value={reason}
        // biome-ignore lint/a11y/noAutofocus: it appears because R was pressed
        autoFocus={hasFocus}
        onChange={({ target }) => setReason(target.value)}
        onBlur={onDone}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' && !(event.key === 'Enter' && event.ctrlKey)) return
          event.preventDefault()
          event.currentTarget.blur()
        }}
      />
    </label>
  )
}

function Verdicts({ onVote }: { onVote: (vote: 'left' | 'tie' | 'right') => void }) {
  return (
    <div className="judging-verdicts">
      <Button keys="ArrowLeft" className="judging-verdict keys-first" onClick={() => onVote('left')}>
        Left is better
      </Button>
      <Button keys="ArrowDown" className="judging-verdict keys-first" onClick={() => onVote('tie')}>
        Equally good
      </Button>
      <Button keys="ArrowRight" className="judging-verdict" onClick={() => onVote('right')}>
        Right is better
      </Button>
    </div>
  )
}
