/** The form of a new run: groups that say what they are for, and the estimate and the command in sight beside them. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { flushSync } from 'react-dom'
import type { RunKind } from '../../electron/contract/run-kinds/index.ts'
import { settingGroups } from '../../electron/contract/setting-words.ts'
import { StartWork } from '../../electron/contract/work.ts'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { Button } from '../ui/button.tsx'
import { Problem } from '../ui/problem.tsx'
import { showToast } from '../ui/toast.tsx'
import { CommandText } from './command-text.tsx'
import { Estimate } from './estimate.tsx'
import { errorsOf, type FieldErrors } from './form-errors.ts'
import { commandOf, type FormField, grouped, inputOf, isMain, type Values } from './form-fields.ts'
import { fieldId, Settings } from './setting.tsx'

/** The id by which the button in the bar starts the run. */
export const formId = 'new-run'

export function RunForm({
  kind,
  fields,
  initial,
  onStarted,
}: {
  kind: RunKind
  fields: readonly FormField[]
  initial: Values
  onStarted: (job: string) => void
}) {
  const project = useProject()
  const form = useForm(kind, fields, initial, onStarted)
  const [isWhole, setWhole] = useState(false)
  const { values, errors, shownErrors, set } = form
  const submit = () => {
    const [wrong] = Object.keys(errors)
    if (wrong === undefined) return form.start()
    flushSync(() => {
      form.showAll()
      if (fields.some((field) => field.key === wrong && !isMain(field))) setWhole(true)
    })
    const place = document.getElementById(fieldId(wrong))
    place?.scrollIntoView({ block: 'center' })
    place?.querySelector<HTMLElement>('input, button, select')?.focus()
  }
  useKeys('New run', [{ keys: 'Ctrl+Enter', does: 'start the run', run: submit, whileTyping: true }])
  return (
    <form
      id={formId}
      className="new-run"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <div>
        {grouped(isWhole ? fields : fields.filter((field) => isMain(field) || field.key in shownErrors)).map(
          ({ group, fields: own }) => (
            <section key={group} className="form-group" aria-labelledby={`group-${group}`}>
              <header>
                <h2 id={`group-${group}`}>{settingGroups[group].title}</h2>
                <p>{settingGroups[group].purpose}</p>
              </header>
              <div className="fields">
                <Settings
                  fields={own}
                  values={values}
                  onChange={set}
                  errors={shownErrors}
                  isWhole={isWhole}
                />
              </div>
            </section>
          ),
        )}
        <Button icon="adjust" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Main settings only' : `All ${fields.length} settings`}
        </Button>
      </div>
      <aside className="col" aria-label="Before the start">
        <Problem error={form.problem} />
        <Estimate kind={kind} input={Object.keys(errors).length > 0 ? null : form.input()} />
        <Command text={commandOf(`train ${kind}`, project, fields, values)} />
      </aside>
    </form>
  )
}

function useForm(
  kind: RunKind,
  fields: readonly FormField[],
  initial: Values,
  onStarted: (job: string) => void,
) {
  const verb = `train ${kind}` as const
  const project = useProject()
  const [values, setValues] = useState(initial)
  const [isTried, setTried] = useState(false)
  const takenName = useTakenName(values.name?.trim() ?? '')
  const errors: FieldErrors = { ...errorsOf(verb, fields, values), ...(takenName && { name: takenName }) }
  const isShown = ([key]: [string, string]) => isTried || (values[key]?.trim() ?? '') !== ''
  const input = () => ({ project, ...inputOf(fields, values) })
  const run = useMutation({
    mutationFn: () => host.work.start(StartWork.parse({ verb, input: input() })),
    onSuccess: ({ id }) => {
      void queries.invalidateQueries({ queryKey: ['runs', project] })
      onStarted(id)
    },
  })
  return {
    values,
    errors,
    /** Those of filled fields; after a try to start, also of empty ones. */
    shownErrors: Object.fromEntries(Object.entries(errors).filter(isShown)),
    showAll: () => setTried(true),
    set: (key: string, text: string | undefined) =>
      setValues((before) => {
        const { [key]: _, ...rest } = before
        return text === undefined ? rest : { ...rest, [key]: text }
      }),
    input,
    start: () => run.mutate(),
    problem: run.error,
  }
}

/** A model of the project has one name: a taken one is refused here, not after the form is gone. */
function useTakenName(name: string): string | null {
  const project = useProject()
  const { data } = useQuery({ queryKey: ['models', project], queryFn: () => host.models.list({ project }) })
  const isTaken = name !== '' && data?.some((model) => model.name === name)
  return isTaken ? `This project already has a model "${name}". Choose another name.` : null
}

function Command({ text }: { text: string }) {
  const copy = async () => {
    await navigator.clipboard?.writeText(text)
    showToast('Copied the command')
  }
  return (
    <section aria-label="Terminal command">
      <div className="row between">
        <span className="label">Same run in a terminal</span>
        <Button kind="quiet" isSmall icon="copy" onClick={() => void copy()}>
          Copy
        </Button>
      </div>
      <CommandText text={text} />
    </section>
  )
}
