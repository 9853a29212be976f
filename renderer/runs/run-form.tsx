/** The form of a new run: presets, the main settings, all others on request; beside them the estimate and the command. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { runPresets } from '../../electron/contract/presets.ts'
import type { RunKind } from '../../electron/contract/run-kinds/index.ts'
import { StartWork } from '../../electron/contract/work.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { Button } from '../ui/button.tsx'
import { Problem } from '../ui/problem.tsx'
import { CommandText } from './command-text.tsx'
import { Estimate } from './estimate.tsx'
import { commandOf, type FormField, inputOf, partition, type Values, valuesOf } from './form-fields.ts'
import { Settings } from './setting.tsx'

const mainFields = [
  'model',
  'policy',
  'rewardModel',
  'sequenceModel',
  'name',
  'judge',
  'config.scheme',
  'config.loss',
  'config.placement',
  'config.credit',
  'config.pairs',
  'config.responses',
  'config.epochs',
  'config.totalSteps',
  'config.batchSize',
  'config.rolloutBatchSize',
  'config.learningRate',
  'config.klCoef',
  'config.loraRank',
]

export function RunForm({
  kind,
  fields,
  base,
  initial,
  onStarted,
}: {
  kind: RunKind
  fields: readonly FormField[]
  /** What a preset leaves as it is. */
  base: Values
  initial: Values
  onStarted: () => void
}) {
  const verb = `train ${kind}` as const
  const project = useProject()
  const [values, setValues] = useState(initial)
  const run = useMutation({
    mutationFn: () =>
      host.work.start(StartWork.parse({ verb, input: { project, ...inputOf(fields, values) } })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['runs', project] })
      onStarted()
    },
  })
  const set = (key: string, text: string) => setValues((before) => ({ ...before, [key]: text }))
  const { main, rest } = partition(fields, mainFields)
  return (
    <form
      className="new-run"
      onSubmit={(event) => {
        event.preventDefault()
        run.mutate()
      }}
    >
      <div>
        <PresetButtons kind={kind} onChoose={(input) => setValues({ ...base, ...valuesOf(fields, input) })} />
        <Settings fields={main} values={values} onChange={set} />
        <details>
          <summary>All settings ({rest.length} more)</summary>
          <div className="form-grid">
            <Settings fields={rest} values={values} onChange={set} />
          </div>
        </details>
      </div>
      <aside className="col" aria-label="Before the start">
        <Estimate kind={kind} input={readable(project, fields, values)} />
        <Command text={commandOf(verb, project, fields, values)} />
        <Problem error={run.error} />
        <Button type="submit" kind="primary" disabled={run.isPending}>
          Start
        </Button>
      </aside>
    </form>
  )
}

function PresetButtons({ kind, onChoose }: { kind: RunKind; onChoose: (input: object) => void }) {
  return (
    <fieldset className="row wrap presets">
      <legend>Preset</legend>
      {runPresets[kind]?.map(({ title, suits, input }) => (
        <Button key={title} title={suits} onClick={() => onChoose(input)}>
          {title}
        </Button>
      ))}
    </fieldset>
  )
}

function Command({ text }: { text: string }) {
  return (
    <div>
      <h2>Terminal command</h2>
      <CommandText text={text} />
      <Button onClick={() => void navigator.clipboard?.writeText(text)}>Copy</Button>
    </div>
  )
}

/** Null while a required field is empty or a text cannot be read: there is nothing to estimate yet. */
function readable(project: string, fields: readonly FormField[], values: Values) {
  if (fields.some(({ key, required }) => required && !values[key]?.trim())) return null
  try {
    return { project, ...inputOf(fields, values) }
  } catch {
    return null
  }
}
