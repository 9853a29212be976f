/** The same prompt to one or two models, with their responses side by side as they are generated. */
import { useRef, useState } from 'react'
import type { ModelRecord } from '../../electron/contract/models.ts'
import { host } from '../app/connection.ts'
import { usePlace } from '../app/navigation.ts'
import { UnknownName } from '../app/view-problem.tsx'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { numberOf } from '../ui/format.ts'
import { sentenceOf } from '../ui/problem.tsx'

interface Response {
  text: string
  /** Null while it is being generated. */
  tokensPerSecond: number | null
  error: string | null
  /** What the host remarks, such as that the context has no room for more. */
  notes: string[]
}

interface Question {
  prompt: string
  /** Whether the prompt is put into the model's chat template. */
  isChat: boolean
  temperature: string
}

export function Chat({ models }: { models: ModelRecord[] }) {
  const [place, change] = usePlace()
  const [question, setQuestion] = useState<Question>({ prompt: '', isChat: true, temperature: '0.7' })
  const wanted = [place.left ?? models[0]?.name, place.right]
  const chosen = wanted.flatMap((name) => models.find((model) => model.name === name) ?? [])
  const names = chosen.map(({ name }) => name)
  const { responses, isAnswering, ask, stop } = useResponses(chosen)
  return (
    <section className="card chat" aria-label="Chat">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void ask(question)
        }}
      >
        <div className="row wrap">
          <Field label="Model">
            <ModelChoice models={models} value={names[0] ?? ''} onChange={(left) => change({ left })} />
          </Field>
          <Field label="Second model">
            <ModelChoice
              models={models}
              value={names[1] ?? ''}
              onChange={(right) => change({ right })}
              mayBeNone
            />
          </Field>
          <QuestionFields question={question} onChange={setQuestion} />
        </div>
        <Field label="Prompt">
          <textarea
            required
            rows={2}
            value={question.prompt}
            onChange={({ target }) => setQuestion({ ...question, prompt: target.value })}
          />
        </Field>
        <div className="row wrap">
          <Button type="submit" kind="primary" disabled={isAnswering}>
            Ask
          </Button>
          <Button disabled={!isAnswering} onClick={stop}>
            Stop
          </Button>
        </div>
      </form>
      {wanted.map((name, i) => (
        <UnknownName
          // biome-ignore lint/suspicious/noArrayIndexKey: a side is its place
          key={i}
          what="language model"
          name={name}
          known={models.map((model) => model.name)}
          way={{
            label: 'Choose another',
            go: () => change(i === 0 ? { left: undefined } : { right: undefined }),
          }}
        />
      ))}
      <Responses names={names} responses={responses} />
    </section>
  )
}

function ModelChoice({
  models,
  value,
  onChange,
  mayBeNone = false,
}: {
  models: readonly ModelRecord[]
  value: string
  onChange: (name: string | undefined) => void
  mayBeNone?: boolean
}) {
  return (
    <select value={value} onChange={({ target }) => onChange(target.value || undefined)}>
      {mayBeNone && <option value="">none</option>}
      {models.map(({ id, name }) => (
        <option key={id}>{name}</option>
      ))}
    </select>
  )
}

function QuestionFields({
  question,
  onChange,
}: {
  question: Question
  onChange: (question: Question) => void
}) {
  return (
    <>
      <Field label="Temperature">
        <input
          value={question.temperature}
          inputMode="decimal"
          onChange={({ target }) => onChange({ ...question, temperature: target.value })}
        />
      </Field>
      <label>
        <input
          type="checkbox"
          checked={question.isChat}
          onChange={({ target }) => onChange({ ...question, isChat: target.checked })}
        />{' '}
        Use the chat template
      </label>
    </>
  )
}

function Responses({ names, responses }: { names: readonly string[]; responses: readonly Response[] }) {
  return (
    <div className="answers">
      {responses.map(({ text, tokensPerSecond, error, notes }, i) => (
        <div key={names[i]}>
          <h2>{names[i]}</h2>
          <p className="whole">{text}</p>
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
          {!error && (
            <p className="quiet num">
              {tokensPerSecond === null ? 'Generating…' : `${numberOf(tokensPerSecond)} tokens/s`}
            </p>
          )}
        </div>
      ))}
    </div>
  )
}

const emptyResponse: Response = { text: '', tokensPerSecond: null, error: null, notes: [] }

/** Asks the models one after the other; they share the trainer. */
function useResponses(models: readonly ModelRecord[]) {
  const [responses, setResponses] = useState<Response[]>([])
  const [call, setCall] = useState<AbortController | null>(null)
  const newest = useRef<Response[]>([])
  const show = (next: Response[]) => {
    newest.current = next
    setResponses(next)
  }
  const showOne = (i: number, response: Response) =>
    show(newest.current.map((before, at) => (at === i ? response : before)))
  const ask = async ({ prompt, isChat, temperature }: Question) => {
    const own = new AbortController()
    setCall(own)
    show(models.map(() => emptyResponse))
    const sampling = { temperature: Number(temperature), topP: 0.95, maxNew: 256, seed: 1 }
    for (const [i, { path }] of models.entries()) {
      try {
        const input = { model: path, prompt, chat: isChat, ...sampling }
        await generate(input, own.signal, (response) => showOne(i, response))
      } catch (error) {
        showOne(i, { ...newest.current[i]!, tokensPerSecond: 0, error: sentenceOf(error) })
      }
    }
    setCall(null)
  }
  return { responses, isAnswering: call !== null, ask, stop: () => call?.abort() }
}

async function generate(
  input: Parameters<typeof host.verbs.generate>[0],
  signal: AbortSignal,
  onResponse: (response: Response) => void,
): Promise<void> {
  const startedAt = performance.now()
  let text = ''
  let tokens = 0
  const notes: string[] = []
  for await (const event of await host.verbs.generate(input, { signal })) {
    if (event.type === 'note') notes.push(event.sentence)
    if (event.type !== 'token') continue
    text += event.text
    tokens++
    onResponse({ text, tokensPerSecond: null, error: null, notes })
  }
  const tokensPerSecond = (1000 * tokens) / (performance.now() - startedAt)
  onResponse({ text, tokensPerSecond, error: null, notes })
}
