/** The view Labels and reward: the token labels of each edit, and the rewards that a reward model gives the same tokens. */
import { useQuery } from '@tanstack/react-query'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { Problem } from '../ui/problem.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import './label.css'
import { LabelsTab } from './labels-tab.tsx'
import { RewardTab } from './reward-tab.tsx'

const tabs = [
  { value: 'labels', text: 'Labels' },
  { value: 'reward', text: 'Reward model' },
] as const
type Tab = (typeof tabs)[number]['value']

export function View() {
  const project = useProject()
  const [place, change] = usePlace()
  const tab = tabs.find(({ value }) => value === place.tab)?.value ?? 'labels'
  const openTab = (name: Tab) => change({ tab: name === 'labels' ? undefined : name, edit: undefined })
  const { data: models, error } = useQuery({
    queryKey: ['models', project],
    queryFn: () => host.models.list({ project }),
  })
  useKeys('Labels', [
    { keys: '1', does: 'Labels', run: () => openTab('labels') },
    { keys: '2', does: 'Reward model', run: () => openTab('reward') },
  ])
  const choice = <Segmented label="Show" segments={tabs} value={tab} onChange={openTab} />
  if (tab === 'labels') return <LabelsTab models={models ?? []} choice={choice} modelsError={error} />
  if (models) return <RewardTab models={models} choice={choice} />
  return (
    <div className="pad">
      <Problem error={error} />
      {!error && <Skeleton label="Loading the models" />}
    </div>
  )
}
