/** Sampled responses at a step, each token tinted by its reward, value, advantage or KL, and compared with the reference. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { Button } from '../ui/button.tsx'
import { DiffText } from '../ui/diff-text.tsx'
import { Empty } from '../ui/empty.tsx'
import { numberOf } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { Progress } from '../ui/progress.tsx'
import { Prompt } from '../ui/prompt.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Select } from '../ui/select.tsx'
import { HeatLegend, TokenHeat } from '../ui/token-heat.tsx'
import { useReferences } from './use-references.ts'

const quantities = ['reward', 'advantage', 'value', 'kl'] as const
type Quantity = (typeof quantities)[number]
const quantityWords: Record<Quantity, string> = {
  reward: 'Reward',
  advantage: 'Advantage',
  value: 'Value',
  kl: 'KL',
}

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
          {isActive
            ? 'PPO records sample responses every few steps.'
            : 'This run recorded no samples. PPO records some every few steps; other runs record none.'}
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
    <section className="samples" aria-label="Samples">
      <SamplesBar data={data} quantity={quantity} scale={scale}>
        <Button isSmall keys="v" disabled={references.progress !== null} onClick={compareAll}>
          Compare all with the reference
        </Button>
      </SamplesBar>
      <Problem error={references.error} />
      {references.progress && (
        <div className="row wrap pad" role="status">
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
    </section>
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
  const stepOptions = steps.map((each) => ({
    value: String(each),
    text: `Step ${each.toLocaleString('en')}`,
  }))
  return (
    <div className="samples-bar">
      <span className="row wrap">
        <h2>Samples</h2>
        <Select
          label="Step of the samples"
          isBare
          value={String(step)}
          options={stepOptions.reverse()}
          onChange={(chosen) => change({ step: chosen }, { replace: true })}
        />
        <Segmented
          label="Tint by"
          value={quantity}
          onChange={(by) => change({ by }, { replace: true })}
          segments={quantities.map((value) => ({ value, text: quantityWords[value] }))}
        />
      </span>
      <span className="row wrap">
        <HeatLegend scale={scale} unit={quantityWords[quantity]} hasEdits={false} isBrief />
        <Select
          label="Order of the samples"
          isBare
          value={place.sort === 'worst' ? 'worst' : 'best'}
          options={[
            { value: 'best', text: 'Best first' },
            { value: 'worst', text: 'Worst first' },
          ]}
          onChange={(sort) => change({ sort }, { replace: true })}
        />
        {children}
      </span>
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
    <article className="sample">
      <div className="ask">
        <Prompt prompt={prompt} context={context} />
      </div>
      <div>
        <TokenHeat
          scale={scale}
          unit={quantityWords[quantity]}
          tokens={tokens.map((token, i) => ({
            text: token.text,
            value: token[quantity] ?? 0,
            isEnd: ended && i === tokens.length - 1,
          }))}
        />
        {reference === undefined ? (
          <Button kind="quiet" isSmall disabled={progress !== null} onClick={() => void ask([promptId])}>
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
      </div>
      <dl>
        <dt>Reward</dt>
        <dd>{signed(score)}</dd>
        <dt>KL</dt>
        <dd>
          {numberOf(
            tokens.reduce((sum, { kl }) => sum + kl, 0),
            2,
          )}
        </dd>
        <dt>Tokens</dt>
        <dd>{tokens.length}</dd>
        <dt>End</dt>
        <dd>{ended ? 'finished' : 'cut off'}</dd>
      </dl>
    </article>
  )
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${numberOf(value)}`
}
