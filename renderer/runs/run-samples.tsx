/** Sampled responses at a step, each token tinted by its reward, value, advantage or KL, and compared with the reference. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { Button } from '../ui/button.tsx'
import { DiffText } from '../ui/diff-text.tsx'
import { Empty } from '../ui/empty.tsx'
import { Field } from '../ui/field.tsx'
import { numberOf } from '../ui/format.ts'
import { Keys } from '../ui/keys.tsx'
import { Problem } from '../ui/problem.tsx'
import { Progress } from '../ui/progress.tsx'
import { Prompt } from '../ui/prompt.tsx'
import { HeatLegend, TokenHeat } from '../ui/token-heat.tsx'
import { useReferences } from './use-references.ts'

const quantities = ['reward', 'advantage', 'value', 'kl'] as const
type Quantity = (typeof quantities)[number]

type SampledStep = Awaited<ReturnType<typeof host.runs.samples>>
type Sample = SampledStep['samples'][number]
type References = ReturnType<typeof useReferences>

/** @param isActive whether newer samples may still come */
export function RunSamples({ run, isActive }: { run: string; isActive: boolean }) {
  const project = useProject()
  const [place] = usePlace()
  const step = place.step === undefined ? null : Number(place.step)
  const { data, error } = useQuery({
    queryKey: ['samples', project, run, step],
    queryFn: () => host.runs.samples({ project, run, step }),
    refetchInterval: isActive && step === null ? 4000 : false,
  })
  if (error) return <Problem error={error} />
  if (!data) return null
  if (data.step === null)
    return (
      <Empty title="No samples yet">
        <p>
          PPO records sample responses every few steps (<span className="code">sampleEvery</span>). Other runs
          record none.
        </p>
      </Empty>
    )
  return <Samples run={run} data={data} />
}

function Samples({ run, data }: { run: string; data: SampledStep }) {
  const [place] = usePlace()
  const quantity = quantities.find((name) => name === place.by) ?? 'reward'
  const references = useReferences(run)
  const promptIds = [...new Set(data.samples.map(({ promptId }) => promptId))]
  const compareAll = () => void references.ask(promptIds)
  useKeys('Samples', [{ keys: 'v', does: 'compare all with the reference', run: compareAll }])
  const order = place.sort === 'worst' ? 1 : -1
  const samples = [...data.samples].sort((a, b) => order * (a.score - b.score))
  const sizes = samples.flatMap(({ tokens }) => tokens.map((token) => Math.abs(token[quantity] ?? 0)))
  const scale = Math.max(1e-6, ...sizes)
  return (
    <div className="col">
      <SamplesBar data={data} quantity={quantity} scale={scale}>
        <Button disabled={references.progress !== null} onClick={compareAll}>
          Compare all with the reference <Keys keys="v" />
        </Button>
      </SamplesBar>
      <Problem error={references.error} />
      {references.progress && (
        <div className="row wrap" role="status">
          <Progress label="Reference responses" {...references.progress} />
          <Button onClick={references.cancel}>Cancel</Button>
        </div>
      )}
      {samples.map((sample) => (
        <SampleCard
          key={`${sample.promptId} ${sample.response}`}
          sample={sample}
          quantity={quantity}
          scale={scale}
          references={references}
        />
      ))}
    </div>
  )
}

function SamplesBar({
  data: { step, steps },
  quantity,
  scale,
  children,
}: {
  data: SampledStep
  quantity: Quantity
  scale: number
  children: ReactNode
}) {
  const [place, change] = usePlace()
  const moveTo = (index: number) => change({ step: String(steps[index]) }, { replace: true })
  return (
    <div className="row wrap chart-bar">
      <Field label={`Step ${step}`}>
        <input
          type="range"
          min={0}
          max={steps.length - 1}
          value={steps.indexOf(step ?? 0)}
          aria-valuetext={`step ${step}`}
          onChange={({ target }) => moveTo(Number(target.value))}
        />
      </Field>
      <Field label="Tint by">
        <select value={quantity} onChange={({ target }) => change({ by: target.value })}>
          {quantities.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </Field>
      <Field label="Order">
        <select value={place.sort ?? 'best'} onChange={({ target }) => change({ sort: target.value })}>
          <option value="best">best first</option>
          <option value="worst">worst first</option>
        </select>
      </Field>
      <HeatLegend scale={scale} unit={quantity} hasEdits={false} />
      {children}
    </div>
  )
}

function SampleCard({
  sample: { promptId, prompt, context, response, tokens, score, ended },
  quantity,
  scale,
  references: { answers, progress, ask },
}: {
  sample: Sample
  quantity: Quantity
  scale: number
  references: References
}) {
  const reference = answers[promptId]
  return (
    <article className="card">
      <div className="quiet">
        <Prompt prompt={prompt} context={context} />
      </div>
      <TokenHeat
        scale={scale}
        unit={quantity}
        tokens={tokens.map((token) => ({ text: token.text, value: token[quantity] ?? 0 }))}
      />
      <p className="num quiet">
        score {numberOf(score)} · {tokens.length} tokens · {ended ? 'finished (EOS)' : 'cut off'}
      </p>
      {reference === undefined ? (
        <Button kind="quiet" disabled={progress !== null} onClick={() => void ask([promptId])}>
          Compare with the reference
        </Button>
      ) : (
        <figure className="against">
          <figcaption className="help">
            Compared with the reference's response: <del>deleted</del> is only in the reference's,{' '}
            <ins>inserted</ins> only in the policy's.
          </figcaption>
          <DiffText before={reference} after={response} />
        </figure>
      )}
    </article>
  )
}
