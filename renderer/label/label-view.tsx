/** The view Labels: the token labels of each edit, and the rewards that a reward model gives the same tokens. */
import { useQuery } from '@tanstack/react-query'
import type { LabelledPair } from '../../electron/contract/label.ts'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { goTo, usePlace, useProject } from '../app/navigation.ts'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Field } from '../ui/field.tsx'
import { Problem } from '../ui/problem.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { TokenHeat } from '../ui/token-heat.tsx'
import './label.css'
import { RewardTab } from './reward-tab.tsx'

const tabs = [
  { name: 'labels', title: 'Labels' },
  { name: 'reward', title: 'Reward' },
] as const
type Tab = (typeof tabs)[number]['name']

export function View() {
  const project = useProject()
  const [place, change] = usePlace()
  const tab = tabs.find(({ name }) => name === place.tab)?.name ?? 'labels'
  const openTab = (name: Tab) => change({ tab: name === 'labels' ? undefined : name })
  const { data: models, error } = useQuery({
    queryKey: ['models', project],
    queryFn: () => host.models.list({ project }),
  })
  useKeys('Labels', [
    { keys: '1', does: 'labels', run: () => openTab('labels') },
    { keys: '2', does: 'reward model', run: () => openTab('reward') },
  ])
  return (
    <div className="col">
      <div className="row wrap between">
        <h1>Labels and rewards</h1>
        <Tabs label="Labels or rewards" tabs={tabs} selected={tab} onSelect={openTab} />
      </div>
      <Problem error={error} />
      {tab === 'labels' && <LabelsTab models={models?.map(({ name }) => name) ?? []} />}
      {tab === 'reward' && models === undefined && !error && <Skeleton label="Loading the models" />}
      {tab === 'reward' && models && <RewardTab models={models} />}
    </div>
  )
}

const pageSize = 20

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
    { keys: '[', does: 'previous page', run: () => turn(-1), repeats: true },
    { keys: ']', does: 'next page', run: () => turn(1), repeats: true },
  ])
  if (data?.total === 0) return <NoEdits />
  if (!data && !error) return <Skeleton label="Loading the labels" />
  const showWords = () => change({ tokenizer: undefined, from: undefined })
  return (
    <>
      <Problem error={error} actions={<Button onClick={showWords}>Show words</Button>} />
      <div className="row wrap between">
        <UnitChoice models={models} tokenizer={tokenizer} onChange={(name) => change({ tokenizer: name })} />
        {data && <Pager offset={offset} total={data.total} onTurn={turn} />}
      </div>
      {data?.pairs.map((pair, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an item that two annotators edited is listed twice
        <PairLabels key={`${pair.id} ${i}`} pair={pair} />
      ))}
    </>
  )
}

function NoEdits() {
  const project = useProject()
  return (
    <Empty title="No finished edits yet">
      <p>
        A finished edit labels every token: deleted −1, inserted +1, kept 0. Edit a few items to see their
        labels here, in the tokens of any model.
      </p>
      <Button kind="primary" onClick={() => goTo(project, 'annotate')}>
        Go to Annotate
      </Button>
    </Empty>
  )
}

function UnitChoice({
  models,
  tokenizer,
  onChange,
}: {
  models: readonly string[]
  tokenizer: string | null
  onChange: (name: string | undefined) => void
}) {
  return (
    <Field label="Show as">
      <select value={tokenizer ?? ''} onChange={({ target }) => onChange(target.value || undefined)}>
        <option value="">words</option>
        {models.map((name) => (
          <option key={name} value={name}>
            tokens of {name}
          </option>
        ))}
      </select>
    </Field>
  )
}

function Pager({ offset, total, onTurn }: { offset: number; total: number; onTurn: (by: number) => void }) {
  return (
    <span className="row wrap num">
      <Button aria-label="Previous page" onClick={() => onTurn(-1)} disabled={offset === 0}>
        ←
      </Button>
      {offset + 1}–{Math.min(offset + pageSize, total)} of {total}
      <Button aria-label="Next page" onClick={() => onTurn(1)} disabled={offset + pageSize >= total}>
        →
      </Button>
    </span>
  )
}

function PairLabels({ pair }: { pair: LabelledPair }) {
  return (
    <article className="card labelled">
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
  )
}
