/** The datasets of the project, to rename and to remove. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { ProjectOverview } from '../../electron/contract/projects.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Confirm, Dialog } from '../ui/dialog.tsx'
import { Input } from '../ui/field.tsx'
import { Problem } from '../ui/problem.tsx'
import { showToast } from '../ui/toast.tsx'
import { itemCount, removalSentence } from './removal.ts'

type Dataset = ProjectOverview['datasets'][number]

export function DatasetsDialog({ datasets, onClose }: { datasets: readonly Dataset[]; onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title="Datasets">
      {datasets.length === 0 && <p className="second">This project has no dataset.</p>}
      <ul className="datasets">
        {datasets.map((dataset) => (
          <DatasetLine key={`${dataset.id} ${dataset.name}`} dataset={dataset} />
        ))}
      </ul>
    </Dialog>
  )
}

function DatasetLine({ dataset: { id, name, items } }: { dataset: Dataset }) {
  const project = useProject()
  const [text, setText] = useState(name)
  const [isAsking, setAsking] = useState(false)
  const rename = useMutation({
    mutationFn: () => host.data.renameDataset({ project, dataset: id, name: text }),
    onSuccess: () => void queries.invalidateQueries(),
  })
  const remove = useMutation({
    mutationFn: () => host.data.removeDataset({ project, dataset: id }),
    onSuccess: (removal) => {
      showToast(`${removalSentence(removal)} The dataset ${name} is gone.`)
      void queries.invalidateQueries()
    },
  })
  const isNew = text.trim() !== '' && text.trim() !== name
  return (
    <li>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault()
          if (isNew) rename.mutate()
        }}
      >
        <Input
          className="grow"
          aria-label={`Name of ${name}`}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <span className="quiet num">{itemCount(items)}</span>
        <Button type="submit" isSmall icon="rename" disabled={!isNew || rename.isPending}>
          Rename
        </Button>
        <IconButton icon="remove" label={`Remove ${name}…`} isSmall onClick={() => setAsking(true)} />
      </form>
      <Problem error={rename.error ?? remove.error} />
      <Confirm
        open={isAsking}
        title={`Remove ${name}?`}
        sentence="Its items go with it, but for those in another dataset and those with edits or notes. Runs keep their own copies."
        action="Remove the dataset"
        onConfirm={() => remove.mutate()}
        onClose={() => setAsking(false)}
      />
    </li>
  )
}
