/** Help that chance shows for half of the items of the project, so that its effect is measured. Off unless chosen. */
import { useMutation, useQuery } from '@tanstack/react-query'
import type { Trial } from '../../electron/contract/annotate.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { Field } from '../ui/field.tsx'
import { NumberField } from '../ui/number-field.tsx'
import { Problem } from '../ui/problem.tsx'
import { Select } from '../ui/select.tsx'
import { Switch } from '../ui/switch.tsx'
import { Group } from './group.tsx'

export function TrialOfHelp() {
  const project = useProject()
  const key = ['trial', project]
  const { data: trial, error } = useQuery({
    queryKey: key,
    queryFn: () => host.annotate.trial({ project }),
  })
  const { data: models = [] } = useQuery({
    queryKey: ['models', project],
    queryFn: () => host.models.list({ project }),
  })
  const saving = useMutation({
    mutationFn: (next: Trial) => host.annotate.saveTrial({ project, trial: next }),
    onSuccess: (saved) => {
      queries.setQueryData(key, saved)
      void queries.invalidateQueries({ queryKey: ['open', project] })
    },
  })
  const rewardModels = models.filter(({ kind }) => kind === 'reward').map(({ name }) => name)
  const change = (some: Partial<Trial>) => trial && saving.mutate({ ...trial, ...some })
  return (
    <Group
      title="Help by chance"
      help="For each item and person, chance decides whether the help is shown. Effort, in the menu of Annotate, then compares items with and without it. This applies to this project."
    >
      <Problem error={error ?? saving.error} />
      {trial && (
        <>
          <div className="set-wide set-switches">
            <Switch
              label="Drafts for half of the items"
              isOn={trial.draft}
              onChange={(draft) => change({ draft })}
            />
            <Switch
              label="Reward hints for half of the items"
              isOn={trial.hints}
              onChange={(hints) =>
                change({ hints, rewardModel: trial.rewardModel ?? rewardModels.at(-1) ?? null })
              }
            />
          </div>
          {trial.hints && (
            <Field
              label="Reward model of the hints"
              help={rewardModels.length === 0 ? 'This project has none yet: no hints are shown.' : undefined}
            >
              <Select
                label="Reward model of the hints"
                options={[
                  { value: '', text: 'None' },
                  ...rewardModels.map((name) => ({ value: name, text: name })),
                ]}
                value={trial.rewardModel ?? ''}
                onChange={(name) => change({ rewardModel: name === '' ? null : name })}
              />
            </Field>
          )}
          {(trial.draft || trial.hints) && (
            <Field label="Seed" help="Another seed draws the items again.">
              <NumberField
                min={0}
                step={1}
                value={trial.seed}
                onChange={(seed) => seed !== null && change({ seed })}
              />
            </Field>
          )}
        </>
      )}
    </Group>
  )
}
