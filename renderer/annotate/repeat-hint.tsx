/** Says which correction Tab would make again. */
import { Keys } from '../ui/keys.tsx'
import { type Repeat, sentenceOfRepeat } from './repeats.ts'

export function RepeatHint({ repeat }: { repeat: Repeat | null }) {
  return (
    <div role="status" className="an-repeat">
      {repeat && (
        <>
          <span>{sentenceOfRepeat(repeat.correction)}</span>
          <span className="row">
            <Keys keys="Tab" /> {repeat.insert === '' ? 'removes it here too' : 'changes it here too'}
          </span>
          <span className="row">
            <Keys keys="Escape" /> hides this
          </span>
        </>
      )}
    </div>
  )
}
