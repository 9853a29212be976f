/** A conversation with one model, or with two side by side. */
import { useEffect, useRef } from 'react'
import type { ModelRecord } from '../../electron/contract/models.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { UnknownName } from '../app/view-problem.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Combobox } from '../ui/combobox.tsx'
import { AskForm } from './ask-form.tsx'
import { ChatTurn } from './chat-turn.tsx'
import { useConversation } from './conversation.ts'
import { isLanguage } from './model-words.ts'
import type { Turn } from './turns.ts'
import { useTurnActions } from './use-turn-actions.ts'

/** Of longer conversations the newest turns are drawn. */
const maxDrawn = 40

export function ChatPane({ models, left }: { models: readonly ModelRecord[]; left: string | undefined }) {
  const project = useProject()
  const [place] = usePlace()
  const { conversation, turns, settings, isAnswering } = useConversation(project)
  const field = useRef<HTMLTextAreaElement>(null)
  const known = models.filter(isLanguage)
  const speakers = [left, place.right].flatMap((name) => known.find((model) => model.name === name) ?? [])
  const names = speakers.map(({ name }) => name)
  const rewardModels = models.filter((model) => !isLanguage(model)).map(({ name }) => name)
  const actions = useTurnActions(speakers)
  useKeys('Chat', [
    { keys: 'c', does: 'ask the models', run: () => field.current?.focus() },
    { keys: 'Escape', does: 'stop answering', run: () => conversation.stop() },
  ])
  return (
    <section className="pane grow chat-pane" aria-label="Chat">
      <ChatHead
        names={known.map(({ name }) => name)}
        left={left}
        hasTurns={turns.length > 0}
        onClear={() => conversation.clear()}
      />
      <Turns turns={turns}>
        {(turn) => (
          <ChatTurn
            key={turn.id}
            turn={turn}
            models={names}
            rewardModels={rewardModels}
            actions={turn === turns.at(-1) ? actions : null}
          />
        )}
      </Turns>
      <AskForm
        field={field}
        settings={settings}
        onChange={(change) => conversation.change(change)}
        isAnswering={isAnswering}
        sides={speakers.length}
        onAsk={(prompt) => void conversation.ask(prompt, speakers)}
        onStop={() => conversation.stop()}
      />
    </section>
  )
}

function ChatHead({
  names,
  left,
  hasTurns,
  onClear,
}: {
  names: readonly string[]
  left: string | undefined
  hasTurns: boolean
  onClear: () => void
}) {
  const [place, change] = usePlace()
  const options = names.map((value) => ({ value, text: value }))
  const { right } = place
  return (
    <>
      <div className={right === undefined ? 'chat-head' : 'chat-head pair'}>
        <Combobox
          label="Model"
          options={options}
          value={left ?? ''}
          onChange={(name) => name && change({ left: name })}
        />
        {right === undefined ? (
          <span className="row">
            <Button
              kind="quiet"
              icon="sideBySide"
              disabled={names.length < 2}
              onClick={() => change({ right: names.find((name) => name !== left) })}
            >
              Compare with another
            </Button>
            {hasTurns && (
              <Button kind="quiet" icon="close" onClick={onClear}>
                New conversation
              </Button>
            )}
          </span>
        ) : (
          <span className="row">
            <span className="grow">
              <Combobox
                label="Second model"
                options={options}
                value={right}
                onChange={(name) => name && change({ right: name })}
              />
            </span>
            {hasTurns && <IconButton icon="add" label="New conversation" onClick={onClear} />}
            <IconButton
              icon="close"
              label="Close the second model"
              onClick={() => change({ right: undefined })}
            />
          </span>
        )}
      </div>
      {[place.left, right].map((name, i) => (
        <UnknownName
          // biome-ignore lint/suspicious/noArrayIndexKey: a side is its place
          key={i}
          what="language model"
          name={name}
          known={names}
          way={{
            label: 'Choose another',
            go: () => change(i === 0 ? { left: undefined } : { right: undefined }),
          }}
        />
      ))}
    </>
  )
}

/** They open at the end, and stay there as an answer grows, unless one has scrolled away from it. */
function Turns({ turns, children }: { turns: readonly Turn[]; children: (turn: Turn) => React.ReactNode }) {
  const area = useRef<HTMLElement>(null)
  const isAtEnd = useRef(true)
  const measure = () => {
    const { scrollHeight, scrollTop, clientHeight } = area.current!
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < 40
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: an answer that grows moves the end
  useEffect(() => {
    if (isAtEnd.current) area.current?.scrollTo({ top: area.current.scrollHeight })
  }, [turns])
  if (turns.length === 0)
    return (
      <div className="scroll chat-empty">
        <p className="title">Ask a model, or two side by side</p>
        <p className="second">
          Answers can be edited or kept as pairs, so that a conversation adds to your data.
        </p>
      </div>
    )
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
    <section ref={area} className="scroll chat" aria-label="Conversation" tabIndex={0} onScroll={measure}>
      {turns.slice(-maxDrawn).map(children)}
    </section>
  )
}
