/** A new run: its method, then the form, which may start from a preset's or another run's settings. */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { runPresets } from '../../electron/contract/presets.ts'
import { type RunKind, runKindNames, runKinds } from '../../electron/contract/run-kinds/index.ts'
import { Bar } from '../app/bar.tsx'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { useWork } from '../app/queries.ts'
import { LinkProblem } from '../app/view-problem.tsx'
import { Button } from '../ui/button.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Select } from '../ui/select.tsx'
import { withOwnModels } from './fitting-models.ts'
import { formFields, valuesOf } from './form-fields.ts'
import { inputOfRun } from './input-of-run.ts'
import { formId, RunForm } from './run-form.tsx'

/** The address of the list of runs. */
const listPlace = { new: undefined, like: undefined, preset: undefined }

export function NewRun() {
  const [place, change] = usePlace()
  const kind = runKindNames.find((name) => name === place.new) ?? 'sft'
  const toList = () => change(listPlace)
  useKeys('New run', [{ keys: 'Escape', does: 'back to the list', run: toList }])
  return (
    <>
      <Bar title="New run" crumbs={[{ text: 'Runs', open: toList }]}>
        <Button kind="quiet" keys="Escape" onClick={toList}>
          Cancel
        </Button>
        <Button kind="primary" type="submit" form={formId} icon="running" keys="Ctrl+Enter">
          Start the run
        </Button>
      </Bar>
      <div className="scroll">
        <div className="form-top">
          <Segmented
            label="Method"
            value={kind}
            segments={runKindNames.map((value) => ({ value, text: runKinds[value].title }))}
            onChange={(value) => change({ ...listPlace, new: value })}
          />
          <StartFrom kind={kind} />
          <p className="help">
            {runKinds[kind].title} {runKinds[kind].summary}.
          </p>
        </div>
        <PrefilledForm
          key={`${kind} ${place.like} ${place.preset}`}
          kind={kind}
          like={place.like}
          preset={place.preset}
          onStarted={(job) => change({ ...listPlace, job })}
        />
      </div>
    </>
  )
}

const defaults = 'defaults'

/** The settings that the form starts from: the defaults, a preset's, or another run's. */
function StartFrom({ kind }: { kind: RunKind }) {
  const project = useProject()
  const [place, change] = usePlace()
  const { data } = useQuery({ queryKey: ['runs', project], queryFn: () => host.runs.list({ project }) })
  const presets = runPresets[kind] ?? []
  const runs = (data ?? []).filter((run) => run.kind === kind)
  const options = [
    { value: defaults, text: 'The defaults' },
    ...presets.map(({ title, suits }) => ({ value: `preset ${title}`, text: title, help: suits })),
    ...runs.map(({ id, name }) => ({ value: `run ${id}`, text: name })),
  ]
  const value = place.like ? `run ${place.like}` : place.preset ? `preset ${place.preset}` : defaults
  const choose = (chosen: string) => {
    const [what, ...rest] = chosen.split(' ')
    const name = rest.join(' ')
    change({ like: what === 'run' ? name : undefined, preset: what === 'preset' ? name : undefined })
  }
  return (
    <span className="row">
      <span className="second" aria-hidden>
        Start from
      </span>
      <Select label="Start from" options={options} value={value} onChange={choose} />
    </span>
  )
}

/** The form with the settings of the run `like` or of a preset, if one is named. */
function PrefilledForm({
  kind,
  like,
  preset,
  onStarted,
}: {
  kind: RunKind
  like: string | undefined
  preset: string | undefined
  onStarted: (job: string) => void
}) {
  const project = useProject()
  const [, change] = usePlace()
  const fields = useMemo(() => formFields(`train ${kind}`), [kind])
  const { data, error, refetch } = useQuery({
    queryKey: ['run-config', project, like],
    queryFn: () => host.runs.series({ project, run: like!, afterStep: Number.MAX_SAFE_INTEGER }),
    enabled: like !== undefined,
  })
  const models = useQuery({
    queryKey: ['models', project],
    queryFn: () => host.models.list({ project }),
  })
  const work = useWork(project)
  if (!models.data || (like !== undefined && !data)) {
    const back = { label: 'Start from the defaults', go: () => change({ like: undefined }) }
    return <LinkProblem what="run" error={error ?? models.error} back={back} onRetry={refetch} />
  }
  const base = data ? valuesOf(fields, inputOfRun(data.record, models.data)) : {}
  const { input = {} } = runPresets[kind]?.find(({ title }) => title === preset) ?? {}
  const prefilled = { ...base, ...valuesOf(fields, input) }
  const coming = work.flatMap(({ endedAt, input: { name } }) =>
    endedAt === null && typeof name === 'string' ? name : [],
  )
  const required = fields.flatMap(({ key, required }) => (required ? key : []))
  // Another run's models are taken as they are: they may be paths outside of the project.
  const initial = like === undefined ? withOwnModels(prefilled, required, models.data, coming) : prefilled
  return <RunForm kind={kind} fields={fields} initial={initial} onStarted={onStarted} />
}
