/** A branch of a run: from which of its kept checkpoints, under what name, and with which settings changed. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { stepLimits } from '../../electron/contract/branch.ts'
import { writtenValue } from '../../electron/contract/fields.ts'
import { runKinds } from '../../electron/contract/run-kinds/index.ts'
import type { RunRecord } from '../../electron/contract/run-record.ts'
import { host } from '../app/connection.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { numberOf } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { CommandText } from './command-text.tsx'
import {
  commandOf,
  type FormField,
  formFields,
  grouped,
  inputOf,
  type Values,
  valueAt,
} from './form-fields.ts'
import { Settings } from './setting.tsx'

const mainFields = ['learningRate', 'totalSteps', 'epochs', 'klCoef', 'entCoef', 'tripwires.maxKl'].map(
  (name) => `config.${name}`,
)

type Checkpoint = Awaited<ReturnType<typeof host.runs.checkpoints>>[number]

export function BranchDialog({ record, onClose }: { record: RunRecord; onClose: () => void }) {
  const project = useProject()
  const [, change] = usePlace()
  const run = record.id
  const { data: checkpoints, error } = useQuery({
    queryKey: ['checkpoints', project, run],
    queryFn: () => host.runs.checkpoints({ project, run }),
  })
  const [typed, setTyped] = useState<Values>({})
  const fields = useMemo(() => branchFields(record), [record])
  const step = typed.step ?? String(checkpoints?.at(-1)?.step ?? '')
  const values = { ...longEnough(record, fields, Number(step)), ...typed, run, step }
  const start = useMutation({
    mutationFn: () =>
      host.work.start({ verb: 'branch', input: { project, run, ...inputOf(fields, values) } }),
    onSuccess: ({ id }) => {
      void queries.invalidateQueries({ queryKey: ['runs', project] })
      change({ run: undefined, tab: undefined, step: undefined, job: id })
    },
  })
  const set = (key: string, text: string | undefined) =>
    setTyped(({ [key]: _, ...rest }) => (text === undefined ? rest : { ...rest, [key]: text }))
  return (
    <Dialog open onClose={onClose} title={`Branch ${record.name}`} wide>
      <form
        className="col"
        onSubmit={(event) => {
          event.preventDefault()
          start.mutate()
        }}
      >
        <Problem error={error} />
        {checkpoints && <CheckpointChoice checkpoints={checkpoints} step={values.step} onChange={set} />}
        <Field label="Name" help="Name of the trained model; defaults to the run's id.">
          <input value={typed.name ?? ''} onChange={({ target }) => set('name', target.value)} />
        </Field>
        <ChangedSettings fields={fields} values={values} onChange={set} />
        <CommandText text={commandOf('branch', project, fields, values)} />
        <Problem error={start.error} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={start.isPending || !checkpoints?.length}>
            Start branch
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

/** A branch from a run's end would have no step left: it gets as many again. */
function longEnough({ kind }: RunRecord, fields: readonly FormField[], step: number): Values {
  const key = `config.${stepLimits[kind]}`
  const limit = Number(fields.find((field) => field.key === key)?.fallback || Number.NaN)
  return step >= limit ? { [key]: String(step + limit) } : {}
}

interface Change {
  onChange: (key: string, text: string | undefined) => void
}

function CheckpointChoice({
  checkpoints,
  step,
  onChange,
}: { checkpoints: readonly Checkpoint[]; step: string } & Change) {
  return (
    <>
      {checkpoints.length === 0 && (
        <p>
          This run has no checkpoint yet. It saves one every <span className="code">checkpointEvery</span>{' '}
          steps and when it is paused.
        </p>
      )}
      <fieldset className="checkpoints">
        <legend>Start from checkpoint</legend>
        {checkpoints.map((checkpoint) => (
          <label key={checkpoint.step} className="row wrap num">
            <input
              type="radio"
              name="checkpoint"
              checked={String(checkpoint.step) === step}
              onChange={() => onChange('step', String(checkpoint.step))}
            />
            step {checkpoint.step}
            <span className="quiet">{measuredAt(checkpoint)}</span>
          </label>
        ))}
      </fieldset>
      <p className="help">
        A run keeps its two newest checkpoints and the one with the best win rate. Up to that step the branch
        has the same rows, seeds and curves; with no setting changed, its result is bit-identical.
      </p>
    </>
  )
}

function measuredAt({ winRate, kl, isBest }: Checkpoint): string {
  return [
    winRate !== null && `win rate ${numberOf(winRate)}%`,
    kl !== null && `KL ${numberOf(kl)}`,
    isBest && 'best win rate',
  ]
    .filter(Boolean)
    .join(' · ')
}

function ChangedSettings({ fields, ...form }: { fields: readonly FormField[]; values: Values } & Change) {
  const settings = fields.filter(({ path }) => path[0] === 'config')
  const main = mainFields.flatMap((key) => settings.find((field) => field.key === key) ?? [])
  const rest = grouped(settings.filter((field) => !main.includes(field))).flatMap(({ fields: own }) => own)
  return (
    <>
      <div className="fields">
        <Settings fields={main} {...form} />
      </div>
      <details>
        <summary>All settings that can change ({rest.length} more)</summary>
        <div className="fields">
          <Settings fields={rest} {...form} />
        </div>
      </details>
    </>
  )
}

/** The verb's fields that this kind of run has; a setting that is left empty stays as the run has it. */
function branchFields({ kind, config }: RunRecord): FormField[] {
  const names: readonly string[] = runKinds[kind].branchable
  return formFields('branch').flatMap((field) => {
    const [parent, ...path] = field.path
    if (parent !== 'config') return [field]
    if (!names.includes(path[0]!)) return []
    return [{ ...field, fallback: writtenValue(field, valueAt(config.job.config, path)) }]
  })
}
