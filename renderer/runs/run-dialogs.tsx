/** Dialogs of one run or several: its name, note and tags; and the question before runs are removed. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { Button } from '../ui/button.tsx'
import { Confirm, Dialog, DialogActions } from '../ui/dialog.tsx'
import { Field, Input, TextArea } from '../ui/field.tsx'
import { bytesOf } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { showToast } from '../ui/toast.tsx'

export interface NamedRun {
  id: string
  name: string
}

export function EditRunDialog({
  run: { id, name, note, tags },
  onClose,
}: {
  run: NamedRun & { note: string; tags: readonly string[] }
  onClose: () => void
}) {
  const project = useProject()
  const [typed, setTyped] = useState({ name, note, tags: tags.join(', ') })
  const save = useMutation({
    mutationFn: () =>
      host.runs.change({
        project,
        run: id,
        name: typed.name,
        note: typed.note,
        tags: [...new Set(typed.tags.split(',').flatMap((tag) => tag.trim() || []))],
      }),
    onSuccess: () => {
      void queries.invalidateQueries()
      onClose()
    },
  })
  const set = (field: keyof typeof typed, text: string) =>
    setTyped((before) => ({ ...before, [field]: text }))
  return (
    <Dialog open onClose={onClose} title={`Name, note and tags of ${name}`}>
      <form
        className="col"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <Field label="Name" help="Renames the run; the model that it has made keeps its name.">
          <Input required value={typed.name} onChange={({ target }) => set('name', target.value)} />
        </Field>
        <Field label="Note" isOptional>
          <TextArea value={typed.note} onChange={({ target }) => set('note', target.value)} />
        </Field>
        <Field label="Tags" isOptional help="Separated by commas.">
          <Input value={typed.tags} onChange={({ target }) => set('tags', target.value)} />
        </Field>
        <Problem error={save.error} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={save.isPending}>
            Save
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

/** @param onRemoved called once they are gone */
export function RemoveRunsDialog({
  runs,
  onClose,
  onRemoved,
}: {
  runs: readonly NamedRun[]
  onClose: () => void
  onRemoved: () => void
}) {
  const project = useProject()
  const ids = runs.map(({ id }) => id)
  const { data } = useQuery({
    queryKey: ['removal', project, ...ids],
    queryFn: () => host.runs.removal({ project, runs: ids }),
  })
  const what = runs.length === 1 ? runs[0]!.name : `${runs.length} runs`
  const remove = async () => {
    try {
      await host.runs.remove({ project, runs: ids })
      void queries.invalidateQueries()
      showToast(`Removed ${what}`)
      onRemoved()
    } catch (error) {
      showToast(error instanceof Error ? error.message : String(error), { icon: 'warning' })
    }
  }
  return (
    <Confirm
      open
      title={`Remove ${what}?`}
      sentence={data ? removalSentence(data) : 'Counting what would go…'}
      action={`Remove ${what}`}
      keep={runs.length === 1 ? 'Keep it' : 'Keep them'}
      onConfirm={() => void remove()}
      onClose={onClose}
    />
  )
}

/** What goes, and what stays. */
export function removalSentence({
  bytes,
  checkpoints,
  models,
}: {
  bytes: number
  checkpoints: number
  models: readonly string[]
}): string {
  const kept = checkpoints === 1 ? '1 checkpoint' : `${checkpoints} checkpoints`
  const goes = `Curves, samples, log and ${kept} are deleted (${bytesOf(bytes)}).`
  if (models.length === 0) return goes
  return `${goes} ${models.length === 1 ? 'The model' : 'The models'} ${models.join(', ')} ${models.length === 1 ? 'stays' : 'stay'}.`
}
