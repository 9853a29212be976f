/** Adds a model that exists already: a Hugging Face folder, a GGUF file or a PEFT adapter. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { host } from '../app/connection.ts'
import { desktop } from '../app/desktop.ts'
import { useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { Field, Input } from '../ui/field.tsx'
import { Problem } from '../ui/problem.tsx'

/** @param onAdded called with its name */
export function AddModel({ onAdded, onClose }: { onAdded: (name: string) => void; onClose: () => void }) {
  const project = useProject()
  const [path, setPath] = useState('')
  const [name, setName] = useState('')
  const adding = useMutation({
    mutationFn: () => host.models.importModel({ project, path, name: name || nameFrom(path) }),
    onSuccess: (added) => {
      void queries.invalidateQueries({ queryKey: ['models', project] })
      onAdded(added.name)
      onClose()
    },
  })
  const browse = async (what: 'folder' | 'file') => {
    const [chosen] = (await desktop?.choose(what)) ?? []
    if (chosen !== undefined) setPath(chosen)
  }
  return (
    <Dialog open onClose={onClose} title="Add a model">
      <form
        className="col"
        onSubmit={(event) => {
          event.preventDefault()
          adding.mutate()
        }}
      >
        <Field
          label="Folder or GGUF file"
          help="A path on the machine that runs Stet. The files stay where they are."
        >
          <Input
            required
            value={path}
            placeholder="/home/you/models/SmolLM2-135M-Instruct"
            onChange={({ target }) => setPath(target.value)}
          />
        </Field>
        {desktop && (
          <div className="row">
            <Button icon="folder" isSmall onClick={() => void browse('folder')}>
              Browse folders…
            </Button>
            <Button icon="file" isSmall onClick={() => void browse('file')}>
              Browse files…
            </Button>
          </div>
        )}
        <Field label="Name" isOptional>
          <Input value={name} placeholder={nameFrom(path)} onChange={({ target }) => setName(target.value)} />
        </Field>
        <Problem error={adding.error} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={adding.isPending}>
            {adding.isPending ? 'Reading…' : 'Add the model'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

function nameFrom(path: string): string {
  return (
    path
      .split(/[\\/]/)
      .filter(Boolean)
      .at(-1)
      ?.replace(/\.gguf$/, '') ?? ''
  )
}
