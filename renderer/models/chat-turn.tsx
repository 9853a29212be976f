/** One turn of a conversation: what was asked, the answers side by side, and what can be done with them. */
import type { ReactNode } from 'react'
import type { RatedResponse } from '../../electron/contract/models.ts'
import { Button } from '../ui/button.tsx'
import { numberOf } from '../ui/format.ts'
import { Icon } from '../ui/icons.tsx'
import { Menu } from '../ui/menu.tsx'
import { TokenHeat } from '../ui/token-heat.tsx'
import { Differing } from './differing.tsx'
import type { Answer, Turn } from './turns.ts'
import type { TurnActions } from './use-turn-actions.ts'

export function ChatTurn({
  turn,
  models,
  rewardModels,
  actions,
}: {
  turn: Turn
  /** The names of the models at the head of each side. */
  models: readonly string[]
  rewardModels: readonly string[]
  /** Null for all but the last turn. */
  actions: TurnActions | null
}) {
  const { answers } = turn
  const isPair = answers.length > 1
  return (
    <section className="chat-turn" aria-label={`Turn: ${turn.prompt}`}>
      <p className="chat-said whole" dir="auto">
        {turn.prompt}
      </p>
      <div className={isPair ? 'chat-answers pair' : 'chat-answers'}>
        {answers.map((answer, side) => (
          <AnswerText
            // biome-ignore lint/suspicious/noArrayIndexKey: a side is its place
            key={side}
            answer={answer}
            isOther={answer.model !== models[side]}
            other={actions?.showsDifferences ? answers[1 - side]?.text : undefined}
            rated={actions?.rated?.[side] ?? null}
            scale={actions?.scale ?? 1}
            edit={actions && (() => actions.edit(side))}
          />
        ))}
      </div>
      {actions && answers.every(isFinished) && (
        <PairActions actions={actions} isPair={isPair} rewardModels={rewardModels} />
      )}
    </section>
  )
}

function isFinished({ state }: Answer): boolean {
  return state !== 'waiting' && state !== 'running'
}

function AnswerText({
  answer,
  isOther,
  other,
  rated,
  scale,
  edit,
}: {
  answer: Answer
  /** Whether it is by another model than the one that answers now. */
  isOther: boolean
  /** The other side's text, to mark what differs from it. */
  other: string | undefined
  rated: RatedResponse
  scale: number
  edit: (() => void) | null
}) {
  const { text, model, error, notes, state } = answer
  return (
    <section className="chat-answer" aria-label={`Answer of ${model}`}>
      {rated ? (
        <TokenHeat
          tokens={rated.tokens.map(({ text: token, reward }) => ({ text: token, value: reward }))}
          scale={scale}
          unit="reward"
        />
      ) : (
        <p className="read whole" dir="auto">
          {other === undefined ? text : <Differing text={text} other={other} />}
          {state === 'running' && <span className="chat-caret" />}
        </p>
      )}
      {state === 'done' && text.trim() === '' && <p className="quiet">The answer is empty.</p>}
      {error && (
        <p className="problem" role="alert">
          {error}
        </p>
      )}
      {notes.map((note) => (
        <p key={note} className="quiet">
          {note}
        </p>
      ))}
      <div className="row quiet num chat-meta">
        <span role="status">{[isOther && model, ...factsOf(answer)].filter(Boolean).join(' · ')}</span>
        {rated && <span>Score {numberOf(rated.score)}</span>}
        {edit && isFinished(answer) && text !== '' && (
          <Button kind="quiet" isSmall icon="annotate" onClick={edit}>
            Edit this answer
          </Button>
        )}
      </div>
    </section>
  )
}

/** `46 tokens · 31 a second · finished` */
function factsOf({ state, tokens, seconds, ended }: Answer): string[] {
  if (state === 'waiting') return ['waiting for its turn']
  if (state === 'running' && tokens === 0) return [`opening the model, ${Math.round(seconds)} s`]
  const words: Record<Exclude<Answer['state'], 'waiting'>, string> = {
    running: 'writing',
    done: ended ? 'finished' : 'cut off',
    stopped: 'stopped',
    failed: 'failed',
  }
  const pace = seconds > 0 && tokens > 0 ? [`${numberOf(tokens / seconds, 2)} a second`] : []
  return [`${tokens} ${tokens === 1 ? 'token' : 'tokens'}`, ...pace, words[state]]
}

function PairActions({
  actions,
  isPair,
  rewardModels,
}: {
  actions: TurnActions
  isPair: boolean
  rewardModels: readonly string[]
}) {
  const { canKeep, isBusy } = actions
  const verdict = (side: 0 | 1, children: ReactNode) => (
    <Button
      kind="quiet"
      isSmall
      icon={side === 0 ? 'left' : undefined}
      keys={side === 0 ? 'Alt+1' : 'Alt+2'}
      disabled={!canKeep || isBusy}
      onClick={() => actions.prefer(side)}
    >
      {children}
      {side === 1 && <Icon name="right" isSmall />}
    </Button>
  )
  if (actions.kept)
    return (
      <p className="row wrap chat-actions" role="status">
        {actions.kept.text}
        {actions.kept.item && (
          <Button kind="quiet" isSmall icon="undo" onClick={actions.undo}>
            Undo
          </Button>
        )}
      </p>
    )
  return (
    <div className="row wrap chat-actions">
      {isPair && verdict(0, 'Left is better')}
      {isPair && (
        <Button
          kind="quiet"
          isSmall
          icon="differences"
          keys="m"
          isPressed={actions.showsDifferences}
          onClick={actions.toggleDifferences}
        >
          {actions.showsDifferences ? 'Hide differences' : 'Show differences'}
        </Button>
      )}
      <TintButton actions={actions} rewardModels={rewardModels} />
      <Button kind="quiet" isSmall icon="retry" keys="Alt+r" onClick={actions.again}>
        Answer again
      </Button>
      {isPair && verdict(1, 'Right is better')}
    </div>
  )
}

function TintButton({
  actions: { rated, isBusy, tint, clearTint },
  rewardModels,
}: {
  actions: TurnActions
  rewardModels: readonly string[]
}) {
  if (rated)
    return (
      <Button kind="quiet" isSmall icon="rewardModel" isPressed onClick={clearTint}>
        Hide the reward
      </Button>
    )
  const text = isBusy ? 'Scoring…' : 'Tint by reward'
  if (rewardModels.length === 0)
    return (
      <Button kind="quiet" isSmall icon="rewardModel" disabled title="This project has no reward model yet">
        {text}
      </Button>
    )
  const [only] = rewardModels
  if (rewardModels.length === 1)
    return (
      <Button kind="quiet" isSmall icon="rewardModel" disabled={isBusy} onClick={() => tint(only!)}>
        {text}
      </Button>
    )
  return (
    <Menu
      trigger={
        <Button kind="quiet" isSmall icon="rewardModel" disabled={isBusy}>
          {text}
        </Button>
      }
      entries={rewardModels.slice(0, maxListed).map((name) => ({ text: name, run: () => tint(name) }))}
    />
  )
}

/** Only the newest, so that the menu stays short. */
const maxListed = 20
