/** A new run: choose its kind, then fill in the form, which may begin with a preset's or another run's settings. */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { runPresets } from '../../electron/contract/presets.ts'
import { type RunKind, runKindNames, runKinds } from '../../electron/contract/run-kinds/index.ts'
import { host } from '../app/connection.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { LinkProblem } from '../app/view-problem.tsx'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { formFields, valuesOf } from './form-fields.ts'
import { RunForm } from './run-form.tsx'

export function NewRun() {
  const [place, change] = usePlace()
  const kind = runKindNames.find((name) => name === place.new) ?? 'sft'
  return (
    <div className="col">
      <div className="row wrap between">
        <h1>New run</h1>
        <Button onClick={() => change(listPlace)}>All runs</Button>
      </div>
      <Field label="Kind">
        <select value={kind} onChange={({ target }) => change({ ...listPlace, new: target.value })}>
          {runKindNames.map((name) => (
            <option key={name} value={name}>
              {runKinds[name].title}: {runKinds[name].summary}
            </option>
          ))}
        </select>
      </Field>
      <PrefilledForm
        key={`${kind} ${place.like} ${place.preset}`}
        kind={kind}
        like={place.like}
        preset={place.preset}
        onStarted={() => change(listPlace)}
      />
    </div>
  )
}

/** The address of the list of runs. */
const listPlace = { new: undefined, like: undefined, preset: undefined }

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
  onStarted: () => void
}) {
  const project = useProject()
  const [, change] = usePlace()
  const fields = useMemo(() => formFields(`train ${kind}`), [kind])
  const { data, error, refetch } = useQuery({
    queryKey: ['run-config', project, like],
    queryFn: () => host.runs.series({ project, run: like!, afterStep: Number.MAX_SAFE_INTEGER }),
    enabled: like !== undefined,
  })
  if (like !== undefined && !data) {
    const back = { label: 'Start from the defaults', go: () => change({ like: undefined }) }
    return <LinkProblem what="run" error={error} back={back} onRetry={refetch} />
  }
  const base = valuesOf(fields, { config: data?.record.config.job.config })
  const { input = {} } = runPresets[kind]?.find(({ title }) => title === preset) ?? {}
  const initial = { ...base, ...valuesOf(fields, input) }
  return <RunForm kind={kind} fields={fields} base={base} initial={initial} onStarted={onStarted} />
}
