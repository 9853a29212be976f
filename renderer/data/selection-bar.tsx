/** Floats over the table while rows are selected: what can be done with all of them. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Confirm } from '../ui/dialog.tsx'
import { sentenceOf } from '../ui/problem.tsx'
import { showToast } from '../ui/toast.tsx'
import '../ui/float.css'
import { itemCount, removalSentence } from './removal.ts'

export function SelectionBar({
  selected,
  onClear,
  onAnnotate,
  onExport,
}: {
  /** At least one. */
  selected: ReadonlySet<string>
  onClear: () => void
  onAnnotate: (id: string) => void
  onExport: () => void
}) {
  const project = useProject()
  const [isAsking, setAsking] = useState(false)
  const remove = useMutation({
    mutationFn: () => host.data.remove({ project, ids: [...selected] }),
    onSuccess: (removal) => {
      onClear()
      showToast(removalSentence(removal))
      void queries.invalidateQueries()
    },
    onError: (error) => showToast(sentenceOf(error), { icon: 'warning' }),
  })
  useKeys('Selected items', [{ keys: 'Escape', does: 'Select none', run: onClear }])
  const [first] = selected
  if (first === undefined) return null
  return (
    <div className="float selection-bar" role="toolbar" aria-label="Selected items">
      <span className="medium num" role="status">
        {selected.size.toLocaleString('en')} selected
      </span>
      <Button kind="quiet" icon="annotate" onClick={() => onAnnotate(first)}>
        Annotate
      </Button>
      <Button kind="quiet" icon="export" onClick={onExport}>
        Export…
      </Button>
      <Button kind="danger" icon="remove" disabled={remove.isPending} onClick={() => setAsking(true)}>
        Remove…
      </Button>
      <IconButton icon="close" label="Select none" keys="Escape" onClick={onClear} />
      <Confirm
        open={isAsking}
        title={`Remove ${itemCount(selected.size)}?`}
        sentence="Items with edits or notes are kept: what people have written is never removed. Runs keep their own copies."
        action={`Remove ${itemCount(selected.size)}`}
        keep="Keep them"
        onConfirm={() => remove.mutate()}
        onClose={() => setAsking(false)}
      />
    </div>
  )
}
