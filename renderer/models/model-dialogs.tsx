/** Renaming a model, and the question before one is removed. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { ModelRecord } from '../../electron/contract/models.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { Button } from '../ui/button.tsx'
import { Confirm, Dialog, DialogActions } from '../ui/dialog.tsx'
import { Field, Input } from '../ui/field.tsx'
import { bytesOf } from '../ui/format.ts'
import { Problem, sentenceOf } from '../ui/problem.tsx'
import { showToast } from '../ui/toast.tsx'

/** @param onRenamed called with the new name */
export function RenameModel({
  model,
  onRenamed,
  onClose,
}: {
  model: ModelRecord
  onRenamed: (name: string) => void
  onClose: () => void
}) {
  const project = useProject()
  const [name, setName] = useState(model.name)
  const rename = useMutation({
    mutationFn: () => host.models.rename({ project, model: model.name, name }),
    onSuccess: () => {
      void queries.invalidateQueries()
      onRenamed(name.trim())
      onClose()
    },
  })
  return (
    <Dialog open onClose={onClose} title={`Rename ${model.name}`}>
      <form
        className="col"
        onSubmit={(event) => {
          event.preventDefault()
          rename.mutate()
        }}
      >
        <Field label="Name" help="Evaluations that were made keep the name that the model had.">
          <Input required value={name} onChange={({ target }) => setName(target.value)} />
        </Field>
        <Problem error={rename.error} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={rename.isPending}>
            Rename
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

export function RemoveModel({
  model,
  onRemoved,
  onClose,
}: {
  model: ModelRecord
  onRemoved: () => void
  onClose: () => void
}) {
  const project = useProject()
  const { name } = model
  const remove = async () => {
    try {
      await host.models.remove({ project, model: name })
      void queries.invalidateQueries()
      showToast(`Removed ${name}`)
      onRemoved()
    } catch (error) {
      showToast(sentenceOf(error), { icon: 'warning' })
    }
  }
  return (
    <Confirm
      open
      title={`Remove ${name}?`}
      sentence={removalSentence(model)}
      action={`Remove ${name}`}
      keep="Keep it"
      onConfirm={() => void remove()}
      onClose={onClose}
    />
  )
}

/** What goes, and what stays. */
export function removalSentence({ isOwn, sizeBytes }: Pick<ModelRecord, 'isOwn' | 'sizeBytes'>): string {
  return isOwn
    ? `Its files in the project are deleted (${bytesOf(sizeBytes)}). Its run, its evaluations and the models that were trained from it stay.`
    : 'It leaves the list; its files stay where they are. Its evaluations and the models that were trained from it stay.'
}
