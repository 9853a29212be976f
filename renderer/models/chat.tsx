/** The same prompt to one or two models, side by side, as they answer. */
import { useRef, useState } from 'react'
import type { ModelRecord } from '../../electron/contract/models.ts'
import { host } from '../app/connection.ts'
import { usePlace } from '../app/navigation.ts'
import { Button, Field, numberOf, sentenceOf } from '../ui/kit.tsx'

interface Answer {
  text: string
  /** Null while it goes on. */
  tokensPerSecond: number | null
  error: string | null
}

export function Chat({ models }: { models: ModelRecord[] }) {
  const [place, change] = usePlace()
  const [prompt, setPrompt] = useState('')
  const [isChat, setChat] = useState(true)
  const [temperature, setTemperature] = useState('0.7')
  const [answers, setAnswers] = useState<Answer[]>([])
  const [stop, setStop] = useState<AbortController | null>(null)
  const newest = useRef<Answer[]>([])
  const names = [place.left ?? models[0]!.name, place.right ?? ''].filter((name) => name !== '')
  const show = (i: number, answer: Answer) => {
    newest.current = newest.current.map((before, at) => (at === i ? answer : before))
    setAnswers(newest.current)
  }
  const ask = async () => {
    const asked = new AbortController()
    setStop(asked)
    newest.current = names.map(() => ({ text: '', tokensPerSecond: null, error: null }))
    setAnswers(newest.current)
    const sampling = { temperature: Number(temperature), topP: 0.95, maxNew: 256, seed: 1 }
    for (const [i, name] of names.entries()) {
      const { path } = models.find((model) => model.name === name)!
      try {
        await stream({ model: path, prompt, chat: isChat, ...sampling }, asked.signal, (answer) =>
          show(i, answer),
        )
      } catch (error) {
        show(i, { ...newest.current[i]!, tokensPerSecond: 0, error: sentenceOf(error) })
      }
    }
    setStop(null)
  }
  const choice = (label: string, key: 'left' | 'right', value: string, none: boolean) => (
    <Field label={label}>
      <select value={value} onChange={({ target }) => change({ [key]: target.value || undefined })}>
        {none && <option value="">none</option>}
        {models.map(({ id, name }) => (
          <option key={id}>{name}</option>
        ))}
      </select>
    </Field>
  )
  return (
    <section className="card chat" aria-label="Chat">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void ask()
        }}
      >
        <div className="row">
          {choice('Model', 'left', names[0]!, false)}
          {choice('Beside it', 'right', names[1] ?? '', true)}
          <Field label="Temperature">
            <input
              value={temperature}
              inputMode="decimal"
              onChange={({ target }) => setTemperature(target.value)}
            />
          </Field>
          <label>
            <input type="checkbox" checked={isChat} onChange={({ target }) => setChat(target.checked)} /> as a
            chat
          </label>
        </div>
        <Field label="Prompt">
          <textarea required rows={2} value={prompt} onChange={({ target }) => setPrompt(target.value)} />
        </Field>
        <div className="row">
          <Button type="submit" kind="primary" disabled={stop !== null}>
            Ask
          </Button>
          <Button disabled={stop === null} onClick={() => stop?.abort()}>
            Stop
          </Button>
        </div>
      </form>
      <div className="answers">
        {answers.map(({ text, tokensPerSecond, error }, i) => (
          <div key={names[i]}>
            <h2>{names[i]}</h2>
            <p className="whole">{text}</p>
            {error && <p className="problem">{error}</p>}
            <p className="quiet numbers">
              {tokensPerSecond === null ? 'answering…' : `${numberOf(tokensPerSecond)} tokens a second`}
            </p>
          </div>
        ))}
      </div>
    </section>
  )
}

async function stream(
  input: Parameters<typeof host.verbs.generate>[0],
  signal: AbortSignal,
  show: (answer: Answer) => void,
): Promise<void> {
  const began = performance.now()
  let text = ''
  let tokens = 0
  const rate = () => (1000 * tokens) / (performance.now() - began)
  for await (const event of await host.verbs.generate(input, { signal })) {
    if (event.type !== 'token') continue
    text += event.text
    tokens++
    show({ text, tokensPerSecond: null, error: null })
  }
  show({ text, tokensPerSecond: rate(), error: null })
}
