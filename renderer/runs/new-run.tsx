/** A new run: a preset, the few settings that matter, all others on request; beside them what it would need, and the same as a command. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { StartWork } from '../../electron/contract/work.ts'
import { host } from '../app/connection.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { Button, Field, Problem } from '../ui/kit.tsx'
import { Estimate } from './estimate.tsx'
import { commandOf, type FormField, formFields, inputOf, parted, type Values } from './form-fields.ts'
import { presets } from './presets.ts'
import { Settings } from './setting.tsx'

const kinds = [
  ['sft', 'SFT: the policy that everything starts from'],
  ['reward', 'Reward model: learns from edits or pairs'],
  ['ppo', 'PPO: pays the policy its reward, token by token'],
  ['dpo', 'DPO: the cheap baseline'],
] as const

type Kind = (typeof kinds)[number][0]

const mattering = [
  'model',
  'policy',
  'rewardModel',
  'name',
  'judge',
  'config.scheme',
  'config.placement',
  'config.pairs',
  'config.epochs',
  'config.totalSteps',
  'config.batchSize',
  'config.rolloutBatchSize',
  'config.learningRate',
  'config.klCoef',
  'config.loraRank',
]

export function NewRun() {
  const [place, change] = usePlace()
  const kind = kinds.find(([name]) => name === place.new)?.[0] ?? 'sft'
  return (
    <div className="stack">
      <div className="row spread">
        <h1>New run</h1>
        <Button onClick={() => change(plain)}>All runs</Button>
      </div>
      <Field label="Kind">
        <select value={kind} onChange={({ target }) => change({ ...plain, new: target.value })}>
          {kinds.map(([name, text]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </select>
      </Field>
      <Like
        key={`${kind} ${place.like} ${place.preset}`}
        kind={kind}
        like={place.like}
        preset={place.preset}
      />
    </div>
  )
}

const plain = { new: undefined, like: undefined, preset: undefined }

/** Begins with another run's settings, or a preset's, where one is named. */
function Like({ kind, like, preset }: { kind: Kind; like: string | undefined; preset: string | undefined }) {
  const project = useProject()
  const { data, error } = useQuery({
    queryKey: ['run-config', project, like],
    queryFn: () => host.runs.series({ project, run: like!, afterStep: Number.MAX_SAFE_INTEGER }),
    enabled: like !== undefined,
  })
  if (like !== undefined && !data) return <Problem error={error} />
  const given = presets[`train ${kind}`]?.find(({ title }) => title === preset)?.values
  return <Form kind={kind} start={data ? valuesOf(data.record.config) : {}} given={given ?? {}} />
}

function valuesOf(config: object): Values {
  const { job } = config as { job?: { config?: Record<string, unknown> } }
  const settings = Object.entries(job?.config ?? {}).filter(([, value]) => typeof value !== 'object')
  return Object.fromEntries(settings.map(([key, value]) => [`config.${key}`, String(value)]))
}

/** @param start what a preset leaves as it is @param given what is filled in beyond it at first */
function Form({ kind, start, given }: { kind: Kind; start: Values; given: Values }) {
  const verb = `train ${kind}` as const
  const project = useProject()
  const [, change] = usePlace()
  const [values, setValues] = useState<Values>({ ...start, ...given })
  const fields = useMemo(() => formFields(verb).filter(({ path }) => path !== 'project'), [verb])
  const run = useMutation({
    mutationFn: () =>
      host.work.start(StartWork.parse({ verb, input: { project, ...inputOf(fields, values) } })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['runs', project] })
      change(plain)
    },
  })
  const set = (path: string, value: string) => setValues((before) => ({ ...before, [path]: value }))
  const { first, rest } = parted(fields, mattering)
  return (
    <form
      className="new-run"
      onSubmit={(event) => {
        event.preventDefault()
        run.mutate()
      }}
    >
      <div>
        <fieldset className="row presets">
          <legend>Preset</legend>
          {(presets[verb] ?? []).map(({ title, suits, values: given }) => (
            <Button key={title} title={suits} onClick={() => setValues({ ...start, ...given })}>
              {title}
            </Button>
          ))}
        </fieldset>
        <Settings fields={first} values={values} onChange={set} />
        <details>
          <summary>All settings ({rest.length} more)</summary>
          <div className="form-grid">
            <Settings fields={rest} values={values} onChange={set} />
          </div>
        </details>
      </div>
      <aside className="stack" aria-label="Before it starts">
        <Estimate kind={kind} input={readable(project, fields, values)} />
        <div>
          <h2>The same in a terminal</h2>
          <p className="mono command">{commandOf(verb, project, fields, values)}</p>
          <Button
            onClick={() => void navigator.clipboard?.writeText(commandOf(verb, project, fields, values))}
          >
            Copy
          </Button>
        </div>
        <Problem error={run.error} />
        <Button type="submit" kind="primary" disabled={run.isPending}>
          Start
        </Button>
      </aside>
    </form>
  )
}

/** Null while a field can't be read or one that must be given is empty: nothing can be said of such a run. */
function readable(project: string, fields: readonly FormField[], values: Values) {
  if (fields.some(({ path, isRequired }) => isRequired && !values[path]?.trim())) return null
  try {
    return { project, ...inputOf(fields, values) }
  } catch {
    return null
  }
}
