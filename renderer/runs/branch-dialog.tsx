/** A branch of a run: from which of its kept checkpoints, under what name, and with which settings changed. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { runKinds } from '../../electron/contract/run-kinds/index.ts'
import type { RunRecord } from '../../electron/contract/runs.ts'
import { host } from '../app/connection.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { Button, Dialog, Field, numberOf, Problem } from '../ui/kit.tsx'
import {
  commandOf,
  type FormField,
  formFields,
  inputOf,
  parted,
  type Values,
  written,
} from './form-fields.ts'
import { Settings } from './setting.tsx'

const mattering = ['learningRate', 'totalSteps', 'epochs', 'klCoef', 'entCoef', 'tripwires.maxKl'].map(
  (name) => `config.${name}`,
)

export function BranchDialog({ record, onClose }: { record: RunRecord; onClose: () => void }) {
  const project = useProject()
  const [, change] = usePlace()
  const run = record.id
  const { data: kept, error } = useQuery({
    queryKey: ['checkpoints', project, run],
    queryFn: () => host.runs.checkpoints({ project, run }),
  })
  const [values, setValues] = useState<Values>({})
  const fields = useMemo(() => branchFields(record), [record])
  const step = values.step ?? String(kept?.at(-1)?.step ?? '')
  const given = { ...values, run, step }
  const start = useMutation({
    mutationFn: () =>
      host.work.start({ verb: 'branch', input: { project, run, ...inputOf(fields, { ...values, step }) } }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['runs', project] })
      change({ run: undefined, tab: undefined, step: undefined })
    },
  })
  const set = (path: string, value: string) => setValues((before) => ({ ...before, [path]: value }))
  const { first, rest } = parted(
    fields.filter(({ path }) => path.startsWith('config.')),
    mattering,
  )
  const settings = { values, onChange: set, emptyMeans: 'as it is' }
  return (
    <Dialog open onClose={onClose} title={`Branch ${record.name}`} wide>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          start.mutate()
        }}
      >
        <Problem error={error} />
        {kept?.length === 0 && (
          <p>
            This run keeps no checkpoint yet. It makes one every <span className="mono">checkpointEvery</span>{' '}
            steps, and when it is paused.
          </p>
        )}
        <fieldset className="checkpoints">
          <legend>From the checkpoint of</legend>
          {kept?.map(({ step: each, winRate, kl, isBest }) => (
            <label key={each} className="row numbers">
              <input
                type="radio"
                name="checkpoint"
                checked={String(each) === step}
                onChange={() => set('step', String(each))}
              />
              step {each}
              <span className="quiet">
                {[
                  winRate !== null && `win rate ${numberOf(winRate)}%`,
                  kl !== null && `KL ${numberOf(kl)}`,
                  isBest && 'the judge’s best',
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </label>
          ))}
        </fieldset>
        <p className="help">
          A run keeps its two newest checkpoints, and the one that its judge likes best. The branch has the
          same rows, seeds and curves up to there; with nothing changed it ends with the same bytes.
        </p>
        <Field label="Name" help="Of the model that it makes; the run's own id where empty.">
          <input value={values.name ?? ''} onChange={({ target }) => set('name', target.value)} />
        </Field>
        <div className="form-grid">
          <Settings fields={first} {...settings} />
        </div>
        <details>
          <summary>All that may change ({rest.length} more)</summary>
          <div className="form-grid">
            <Settings fields={rest} {...settings} />
          </div>
        </details>
        <p className="mono command">{commandOf('branch', project, fields, given)}</p>
        <Problem error={start.error} />
        <div className="row">
          <Button type="submit" kind="primary" disabled={start.isPending || !kept?.length}>
            Start the branch
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  )
}

/** The verb's fields that this kind of run has, each with the run's own value where it is left empty. */
function branchFields({ kind, config }: RunRecord): FormField[] {
  const names: readonly string[] = runKinds[kind].branchable
  const own = (config as { job?: { config?: unknown } }).job?.config
  return formFields('branch').flatMap((field) => {
    const [parent, ...path] = field.path.split('.')
    if (parent !== 'config') return field.path === 'project' ? [] : [field]
    if (!names.includes(path[0]!)) return []
    return [{ ...field, fallback: written(path.reduce<unknown>((at, name) => Object(at)[name], own)) }]
  })
}
