/** The view Labels: what each edit says of each token, and what a reward model has learnt from it. */
import { useQuery } from '@tanstack/react-query'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { goTo, usePlace, useProject } from '../app/navigation.ts'
import { Button, Empty, Field, Problem } from '../ui/kit.tsx'
import { TokenHeat } from '../ui/token-heat.tsx'
import './labels.css'
import { RewardTab } from './reward-tab.tsx'

const pageSize = 20

export function View() {
  const project = useProject()
  const [place, change] = usePlace()
  const isReward = place.tab === 'reward'
  const { data: models } = useQuery({
    queryKey: ['models', project],
    queryFn: () => host.models.list({ project }),
  })
  useKeys('Labels', [
    { keys: '1', does: 'labels', run: () => change({ tab: undefined }) },
    { keys: '2', does: 'reward model', run: () => change({ tab: 'reward' }) },
  ])
  return (
    <div className="stack">
      <div className="row spread">
        <h1>Labels and reward</h1>
        <div role="tablist" aria-label="Labels or reward" className="row">
          {[
            ['labels', !isReward],
            ['reward', isReward],
          ].map(([name, isOn]) => (
            <button
              type="button"
              role="tab"
              key={String(name)}
              className="tab"
              aria-selected={Boolean(isOn)}
              onClick={() => change({ tab: name === 'reward' ? 'reward' : undefined })}
            >
              {name}
            </button>
          ))}
        </div>
      </div>
      {isReward ? (
        <RewardTab models={models ?? []} />
      ) : (
        <LabelsTab models={(models ?? []).map(({ name }) => name)} />
      )}
    </div>
  )
}

function LabelsTab({ models }: { models: string[] }) {
  const project = useProject()
  const [place, change] = usePlace()
  const tokenizer = place.tokenizer ?? null
  const offset = Number(place.from ?? 0)
  const { data, error } = useQuery({
    queryKey: ['labels', project, tokenizer, offset],
    queryFn: () => host.label.pairs({ project, tokenizer, offset, limit: pageSize }),
    placeholderData: (before) => before,
  })
  const turn = (by: number) => {
    const next = offset + by * pageSize
    if (data && next >= 0 && next < data.total) change({ from: String(next) })
  }
  useKeys('Pages', [
    { keys: '[', does: 'page before', run: () => turn(-1) },
    { keys: ']', does: 'next page', run: () => turn(1) },
  ])
  if (data?.total === 0)
    return (
      <Empty title="No finished edits yet">
        <p>
          A finished edit labels every token: struck −1, added +1, left standing 0. Edit a few items, and
          their labels are here under the tokenizer of any model.
        </p>
        <Button kind="primary" onClick={() => goTo(project, 'annotate')}>
          Go to Annotate
        </Button>
      </Empty>
    )
  return (
    <>
      <Problem error={error} />
      <div className="row spread">
        <Field label="Cut into">
          <select
            value={tokenizer ?? ''}
            onChange={({ target }) => change({ tokenizer: target.value || undefined })}
          >
            <option value="">words</option>
            {models.map((name) => (
              <option key={name} value={name}>
                tokens of {name}
              </option>
            ))}
          </select>
        </Field>
        {data && (
          <span className="row numbers">
            <Button onClick={() => turn(-1)} disabled={offset === 0}>
              ←
            </Button>
            {offset + 1}–{Math.min(offset + pageSize, data.total)} of {data.total}
            <Button onClick={() => turn(1)} disabled={offset + pageSize >= data.total}>
              →
            </Button>
          </span>
        )}
      </div>
      {data?.pairs.map((pair, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an item that two annotators edited comes twice
        <article key={`${pair.id} ${i}`} className="card labelled">
          <p className="quiet">{pair.prompt}</p>
          {(['rejected', 'edited'] as const).map((side) => (
            <div key={side}>
              <h2>{side}</h2>
              <TokenHeat
                unit="label"
                scale={1}
                tokens={pair[side].map(({ text, label }) => ({ text, label, value: label }))}
              />
            </div>
          ))}
        </article>
      ))}
    </>
  )
}
