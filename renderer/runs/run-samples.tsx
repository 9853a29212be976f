/** What the policy wrote at a step, each token tinted by its reward, value, advantage or KL, and beside the reference. */
import { useQuery } from '@tanstack/react-query'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { DiffText } from '../ui/diff-text.tsx'
import { Button, Empty, Field, Keys, numberOf, Problem, Progress } from '../ui/kit.tsx'
import { Prompt } from '../ui/prompt.tsx'
import { HeatLegend, TokenHeat } from '../ui/token-heat.tsx'
import { useReferences } from './use-references.ts'

const numbers = ['reward', 'advantage', 'value', 'kl'] as const

export function RunSamples({ run, isGoing }: { run: string; isGoing: boolean }) {
  const project = useProject()
  const [place, change] = usePlace()
  const number = numbers.find((name) => name === place.by) ?? 'reward'
  const step = place.step === undefined ? null : Number(place.step)
  const { data, error } = useQuery({
    queryKey: ['samples', project, run, step],
    queryFn: () => host.runs.samples({ project, run, step }),
    refetchInterval: isGoing && step === null ? 4000 : false,
  })
  const references = useReferences(run)
  const shown = [...new Set(data?.samples.map(({ promptId }) => promptId))]
  useKeys('Samples', [
    { keys: 'v', does: 'all against the reference', run: () => void references.ask(shown) },
  ])
  if (error) return <Problem error={error} />
  if (!data) return null
  if (data.step === null)
    return (
      <Empty title="No samples yet">
        <p>
          PPO records a few responses every some steps (the setting sampleEvery). Other runs sample nothing.
        </p>
      </Empty>
    )
  const order = place.sort === 'worst' ? 1 : -1
  const samples = [...data.samples].sort((a, b) => order * (a.score - b.score))
  const scale = Math.max(
    1e-6,
    ...samples.flatMap(({ tokens }) => tokens.map((token) => Math.abs(token[number]))),
  )
  const at = data.steps.indexOf(data.step)
  return (
    <div className="stack">
      <div className="row chart-bar">
        <Field label={`Step ${data.step}`}>
          <input
            type="range"
            min={0}
            max={data.steps.length - 1}
            value={at}
            aria-valuetext={`step ${data.step}`}
            onChange={({ target }) =>
              change({ step: String(data.steps[Number(target.value)]) }, { replace: true })
            }
          />
        </Field>
        <Field label="Tint by">
          <select value={number} onChange={({ target }) => change({ by: target.value })}>
            {numbers.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </Field>
        <Field label="First">
          <select value={place.sort ?? 'best'} onChange={({ target }) => change({ sort: target.value })}>
            <option value="best">best</option>
            <option value="worst">worst</option>
          </select>
        </Field>
        <HeatLegend scale={scale} unit={number} />
        <Button disabled={references.going !== null} onClick={() => void references.ask(shown)}>
          All against the reference <Keys keys="v" />
        </Button>
      </div>
      <Problem error={references.error} />
      {references.going && (
        <div className="row" role="status">
          <Progress label="The reference answers" {...references.going} />
          <Button onClick={references.cancel}>Cancel</Button>
        </div>
      )}
      {samples.map(({ promptId, prompt, context, response, tokens, score, ended }) => (
        <article key={`${promptId} ${response}`} className="card">
          <div className="quiet">
            <Prompt prompt={prompt} context={context} />
          </div>
          <TokenHeat
            scale={scale}
            unit={number}
            tokens={tokens.map((token) => ({ text: token.text, value: token[number] }))}
          />
          <p className="numbers quiet">
            score {numberOf(score)} · {tokens.length} tokens · {ended ? 'ended by itself' : 'cut off'}
          </p>
          {references.answers[promptId] === undefined ? (
            <Button
              kind="quiet"
              disabled={references.going !== null}
              onClick={() => void references.ask([promptId])}
            >
              against the reference
            </Button>
          ) : (
            <figure className="against">
              <figcaption className="help">
                Against the reference’s answer: <del>struck</del> is the reference’s alone,{' '}
                <ins>underlined</ins> the policy’s alone.
              </figcaption>
              <DiffText before={references.answers[promptId]} after={response} />
            </figure>
          )}
        </article>
      ))}
    </div>
  )
}
