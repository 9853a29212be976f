/** What one reads beside the response: the prompt, its context, and the preferred response for reference. */
import { type ReactNode, type RefObject, useEffect, useRef } from 'react'
import type { Item, Message } from '../../electron/contract/records.ts'
import { Icon } from '../ui/icons.tsx'
import { ariaKeys } from '../ui/key-caps.ts'
import { Keys } from '../ui/keys.tsx'

interface Fold {
  isOpen: boolean
  toggle: () => void
}

export function CopyPane({
  ref,
  item: { prompt, context, chosen },
  contextFold,
  preferredFold,
  children,
}: {
  ref: RefObject<HTMLElement | null>
  item: Item
  contextFold: Fold
  preferredFold: Fold
  /** Below the rest. */
  children?: ReactNode
}) {
  const pane = useRef<HTMLDivElement>(null)
  const asked = useRef<HTMLElement>(null)
  // What is answered is the last turn; earlier ones are above it.
  useEffect(() => {
    if (pane.current && asked.current && prompt.length > 1)
      pane.current.scrollTop = asked.current.offsetTop - pane.current.offsetTop
  }, [prompt])
  return (
    <section ref={ref} className="pane an-copy" aria-label="Prompt and reference">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard */}
      <div ref={pane} className="scroll" tabIndex={0}>
        {prompt.length === 1 ? (
          <div className="an-block">
            <span className="label">Prompt</span>
            <ReadText text={prompt[0]!.content} />
          </div>
        ) : (
          prompt.map((turn, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a turn is its place
            <Turn key={i} turn={turn} ref={i === lastOfUser(prompt) ? asked : undefined} />
          ))
        )}
        {context !== '' && (
          <Folding title="Context" keys="Alt+c" fold={contextFold}>
            <ContextText text={context} />
          </Folding>
        )}
        {chosen !== null && (
          <Folding title="Preferred response, for reference" keys="Alt+p" fold={preferredFold}>
            <div className="an-preferred">
              <ReadText text={chosen} />
            </div>
          </Folding>
        )}
        {children}
      </div>
    </section>
  )
}

function lastOfUser(prompt: readonly Message[]): number {
  return prompt.findLastIndex(({ role }) => role === 'user')
}

const speakers: Record<Message['role'], string> = { system: 'Instructions', user: 'You', assistant: 'Model' }

function Turn({ turn: { role, content }, ref }: { turn: Message; ref?: React.Ref<HTMLElement> }) {
  return (
    <section ref={ref} className={`an-block an-turn ${role}`} aria-label={speakers[role]}>
      <span className="label">{speakers[role]}</span>
      <ReadText text={content} />
    </section>
  )
}

function ReadText({ text }: { text: string }) {
  return (
    <p className="read whole" dir="auto">
      {text}
    </p>
  )
}

function Folding({
  title,
  keys,
  fold: { isOpen, toggle },
  children,
}: {
  title: string
  keys: string
  fold: Fold
  children: ReactNode
}) {
  return (
    <div className={`an-block an-folding ${isOpen ? '' : 'is-folded'}`}>
      <button
        type="button"
        className="label an-fold"
        aria-expanded={isOpen}
        aria-keyshortcuts={ariaKeys(keys)}
        onClick={toggle}
      >
        <Icon name={isOpen ? 'down' : 'right'} isSmall />
        {title} <Keys keys={keys} isHidden />
      </button>
      {isOpen && children}
    </div>
  )
}

const fact = /^([^:\n]{1,28}):\s+(\S.*)$/

/** Lines such as `Charge: £4.95` are set as a list of facts. */
function ContextText({ text }: { text: string }) {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const facts = lines.map((line) => fact.exec(line))
  if (lines.length < 2 || facts.some((each) => each === null)) return <ReadText text={text} />
  return (
    <dl dir="auto">
      {facts.map((each, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <div key={i}>
          <dt>{each![1]}</dt>
          <dd>{each![2]}</dd>
        </div>
      ))}
    </dl>
  )
}
