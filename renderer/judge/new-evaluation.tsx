/** Starts evaluations: candidates and a reference answer the held-out prompts, and each judge compares every candidate. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { judgeChoices } from '../../electron/contract/judge-kinds.ts'
import { StartWork } from '../../electron/contract/work.ts'
import { host } from '../app/connection.ts'
import { DatasetPicker } from '../app/dataset-picker.tsx'
import { useProject } from '../app/navigation.ts'
import { useSettings } from '../app/settings.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Combobox } from '../ui/combobox.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { NumberField } from '../ui/number-field.tsx'
import { Problem } from '../ui/problem.tsx'
import type { Option } from '../ui/select.tsx'
import { showToast } from '../ui/toast.tsx'
import {
  blankPlan,
  type EvaluationPlan,
  evaluationInputs,
  missingFrom,
  planSentence,
} from './evaluation-plan.ts'

export function NewEvaluation({ open, onClose }: { open: boolean; onClose: () => void }) {
  // Closing it keeps what was chosen; only a start begins a new plan.
  const [plan, setPlan] = useState(blankPlan)
  const onStarted = () => {
    setPlan(blankPlan)
    onClose()
  }
  return (
    <Dialog open={open} onClose={onClose} title="New evaluation" wide>
      {open && <PlanForm plan={plan} onPlan={setPlan} onStarted={onStarted} onClose={onClose} />}
    </Dialog>
  )
}

function PlanForm({
  plan,
  onPlan,
  onStarted,
  onClose,
}: {
  plan: EvaluationPlan
  onPlan: (plan: EvaluationPlan) => void
  onStarted: () => void
  onClose: () => void
}) {
  const project = useProject()
  const { sides, judges } = useChoices()
  const [isTried, setTried] = useState(false)
  const set = (some: Partial<EvaluationPlan>) => onPlan({ ...plan, ...some })
  const missing = missingFrom(plan)
  const start = useMutation({
    mutationFn: async () => {
      for (const input of evaluationInputs(plan))
        await host.work.start(StartWork.parse({ verb: 'judge', input: { project, ...input } }))
    },
    onSuccess: () => {
      showToast(planSentence(plan))
      onStarted()
    },
  })
  return (
    <form
      className="col"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        if (missing.length === 0) start.mutate()
      }}
    >
      <Field label="Reference" help={sideHelp}>
        <Combobox
          isFree
          options={sides}
          value={plan.reference}
          onChange={(reference) => set({ reference })}
        />
      </Field>
      <Several
        label="Candidates"
        help="Each is compared with the reference, on the same prompts."
        options={sides}
        chosen={plan.candidates}
        onChange={(candidates) => set({ candidates })}
        isFree
      />
      <Several
        label="Judges"
        help="Each judges every pair in both orders. Judges of different kinds show whether the result depends on one."
        options={judges}
        chosen={plan.judges}
        onChange={(chosen) => set({ judges: chosen })}
      />
      <Field label="Datasets" help="Whose held-out prompts are answered and judged.">
        <DatasetPicker chosen={plan.datasets} onChange={(datasets) => set({ datasets })} />
      </Field>
      <PlanNumbers plan={plan} onChange={set} />
      <Problem error={start.error} />
      <div role="status" className="plan-state">
        {missing.length === 0 ? (
          <p>{planSentence(plan)}</p>
        ) : (
          <ul className={isTried ? 'bad' : 'second'}>
            {missing.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        )}
      </div>
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" icon="running" disabled={start.isPending}>
          {startWords(plan, start.isPending)}
        </Button>
      </DialogActions>
    </form>
  )
}

function startWords({ candidates, judges }: EvaluationPlan, isPending: boolean): string {
  if (isPending) return 'Starting…'
  return candidates.length * judges.length > 1 ? 'Start the evaluations' : 'Start the evaluation'
}

const sideHelp = 'A model of this project, or the path of a folder or of a file of outputs (JSON or JSONL).'

/** The models that may answer, and the judges that can be chosen. */
function useChoices(): { sides: Option<string>[]; judges: Option<string>[] } {
  const project = useProject()
  const { server, serverModel } = useSettings()
  const { data: models = [] } = useQuery({
    queryKey: ['models', project],
    queryFn: () => host.models.list({ project }),
  })
  const namesOf = (isReward: boolean) =>
    models.filter(({ kind }) => (kind === 'reward') === isReward).map(({ name }) => name)
  const judges = judgeChoices({
    reward: namesOf(true),
    language: namesOf(false),
    server: serverModel === '' ? null : { model: serverModel, address: server },
  })
  return {
    sides: namesOf(false).map((name) => ({ value: name, text: name })),
    judges: judges.flatMap(({ written, label }) =>
      written === null ? [] : [{ value: written, text: label.replace(/^./, (first) => first.toUpperCase()) }],
    ),
  }
}

/** A list that is added to one by one. */
function Several({
  label,
  help,
  options,
  chosen,
  onChange,
  isFree = false,
}: {
  label: string
  help: ReactNode
  options: readonly Option<string>[]
  chosen: readonly string[]
  onChange: (chosen: string[]) => void
  /** Whether a path may be typed: the button adds it. */
  isFree?: boolean
}) {
  const [typed, setTyped] = useState('')
  const field = useRef<HTMLDivElement>(null)
  // The field is a new one after each choice, which the next one is made in.
  useEffect(() => {
    if (chosen.length > 0) field.current?.querySelector('input')?.focus()
  }, [chosen.length])
  const open = options.filter(({ value }) => !chosen.includes(value))
  const add = (value: string) => {
    setTyped('')
    if (value.trim() !== '' && !chosen.includes(value.trim())) onChange([...chosen, value.trim()])
  }
  return (
    <div
      ref={field}
      className="several"
      onKeyDownCapture={(event) => {
        const isOption = event.target instanceof Element && event.target.hasAttribute('aria-activedescendant')
        if (event.key !== 'Enter' || typed === '' || isOption || !(event.target instanceof HTMLInputElement))
          return
        event.preventDefault()
        add(typed)
      }}
    >
      <Field label={label} help={help}>
        <Combobox
          key={chosen.length}
          isFree={isFree}
          options={open}
          value={typed}
          onChange={setTyped}
          onChoose={add}
          placeholder={chosen.length === 0 ? 'Choose one or more' : 'Add another'}
        />
      </Field>
      {typed !== '' && (
        <Button isSmall icon="add" onClick={() => add(typed)}>
          Add {typed}
        </Button>
      )}
      {chosen.length > 0 && (
        <ul className="several-list" aria-label={`${label} chosen`}>
          {chosen.map((value) => {
            const text = options.find((option) => option.value === value)?.text ?? value
            return (
              <li key={value}>
                <span className="cut" title={text}>
                  {text}
                </span>
                <IconButton
                  icon="close"
                  label={`Remove ${text}`}
                  isSmall
                  onClick={() => onChange(chosen.filter((each) => each !== value))}
                />
              </li>
            )
          })}
        </ul>
      )}
    </div>
  )
}

function PlanNumbers({
  plan,
  onChange,
}: {
  plan: EvaluationPlan
  onChange: (some: Partial<EvaluationPlan>) => void
}) {
  return (
    <div className="plan-numbers">
      <Field label="Prompts" help="At most this many of the held-out ones.">
        <NumberField
          value={plan.prompts}
          min={1}
          step={16}
          unit="prompts"
          onChange={(prompts) => onChange({ prompts })}
        />
      </Field>
      <Field label="Temperature" help="0 always takes the likeliest token.">
        <NumberField
          value={plan.temperature}
          min={0}
          max={5}
          step={0.1}
          onChange={(temperature) => onChange({ temperature })}
        />
      </Field>
      <Field label="Seed" help="The same seed draws the same responses.">
        <NumberField value={plan.seed} min={0} onChange={(seed) => onChange({ seed })} />
      </Field>
    </div>
  )
}
