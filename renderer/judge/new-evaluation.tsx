/** Starts an evaluation: two models answer the held-out prompts and an automatic judge compares the responses. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { judgeChoices } from '../../electron/contract/judge-kinds.ts'
import type { ModelRecord } from '../../electron/contract/models.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { useSettings } from '../app/settings.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { Problem } from '../ui/problem.tsx'

const blank = { reference: '', candidate: '', judge: '', prompts: '128' }

export function NewEvaluation({ open, onClose }: { open: boolean; onClose: () => void }) {
  const project = useProject()
  const { data: models = [] } = useQuery({
    queryKey: ['models', project],
    queryFn: () => host.models.list({ project }),
  })
  const language = models.filter(({ kind }) => kind !== 'reward')
  const [values, setValues] = useState(blank)
  const set = (some: Partial<typeof blank>) => setValues((before) => ({ ...before, ...some }))
  const { prompts, ...sides } = values
  const start = useMutation({
    mutationFn: () =>
      host.work.start({
        verb: 'judge',
        input: { project, ...sides, prompts: Number(prompts), temperature: 1 },
      }),
    onSuccess: onClose,
  })
  return (
    <Dialog open={open} onClose={onClose} title="New evaluation">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          start.mutate()
        }}
      >
        <datalist id="sides">
          {language.map(({ id, name }) => (
            <option key={id} value={name} />
          ))}
        </datalist>
        <Side label="Reference" value={values.reference} onChange={(reference) => set({ reference })} />
        <Side label="Candidate" value={values.candidate} onChange={(candidate) => set({ candidate })} />
        <JudgeChoice models={models} value={values.judge} onChange={(judge) => set({ judge })} />
        <Field label="Max prompts">
          <input
            type="number"
            min={1}
            value={prompts}
            onChange={({ target }) => set({ prompts: target.value })}
          />
        </Field>
        <Problem error={start.error} />
        <div className="row wrap">
          <Button type="submit" kind="primary" disabled={start.isPending}>
            Start
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  )
}

function Side({
  label,
  value,
  onChange,
}: {
  label: string
  value: string
  onChange: (value: string) => void
}) {
  return (
    <Field label={label} help="A model of this project, a folder, or a file of outputs (JSON or JSONL).">
      <input required list="sides" value={value} onChange={({ target }) => onChange(target.value)} />
    </Field>
  )
}

function JudgeChoice({
  models,
  value,
  onChange,
}: {
  models: readonly ModelRecord[]
  value: string
  onChange: (value: string) => void
}) {
  const { server, serverModel } = useSettings()
  const namesOf = (isReward: boolean) =>
    models.filter(({ kind }) => (kind === 'reward') === isReward).map(({ name }) => name)
  const choices = judgeChoices({
    reward: namesOf(true),
    language: namesOf(false),
    server: serverModel === '' ? null : { model: serverModel, address: server },
  })
  return (
    <Field label="Judge">
      <select required value={value} onChange={({ target }) => onChange(target.value)}>
        <option value="" disabled>
          Choose a judge
        </option>
        {choices.map(({ written, label }) => (
          <option key={label} value={written ?? undefined} disabled={written === null}>
            {label}
          </option>
        ))}
      </select>
    </Field>
  )
}
