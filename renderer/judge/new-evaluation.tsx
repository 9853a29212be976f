/** Has two models answer the held-out prompts and an automatic judge compare them. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { judgeChoices } from '../../electron/contract/judge-kinds.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { useSettings } from '../app/settings.ts'
import { Button, Dialog, Field, Problem } from '../ui/kit.tsx'

export function NewEvaluation({ open, onClose }: { open: boolean; onClose: () => void }) {
  const project = useProject()
  const { data: models } = useQuery({
    queryKey: ['models', project],
    queryFn: () => host.models.list({ project }),
  })
  const language = (models ?? []).filter(({ kind }) => kind !== 'reward')
  const reward = (models ?? []).filter(({ kind }) => kind === 'reward')
  const [reference, setReference] = useState('')
  const [candidate, setCandidate] = useState('')
  const [judge, setJudge] = useState('')
  const { server, serverModel } = useSettings()
  const available = {
    reward: reward.map(({ name }) => name),
    language: language.map(({ name }) => name),
    server: serverModel === '' ? null : { model: serverModel, address: server },
  }
  const [prompts, setPrompts] = useState('128')
  const start = useMutation({
    mutationFn: () =>
      host.work.start({
        verb: 'judge',
        input: { project, reference, candidate, judge, prompts: Number(prompts), temperature: 1 },
      }),
    onSuccess: onClose,
  })
  const side = (label: string, value: string, set: (value: string) => void) => (
    <Field label={label} help="A model of this project, a folder, or a file of outputs (JSON or JSONL).">
      <input required list="sides" value={value} onChange={({ target }) => set(target.value)} />
    </Field>
  )
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
        {side('Reference', reference, setReference)}
        {side('Candidate', candidate, setCandidate)}
        <Field label="Judge">
          <select required value={judge} onChange={({ target }) => setJudge(target.value)}>
            <option value="" disabled>
              choose a judge
            </option>
            {judgeChoices(available).map(({ written, label }) => (
              <option key={label} value={written ?? undefined} disabled={written === null}>
                {label}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Prompts at most">
          <input type="number" min={1} value={prompts} onChange={({ target }) => setPrompts(target.value)} />
        </Field>
        <Problem error={start.error} />
        <div className="row">
          <Button type="submit" kind="primary" disabled={start.isPending}>
            Start
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  )
}
