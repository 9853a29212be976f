/** The dialogs of projects: a new one, a folder to open, another name. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { ProjectCard } from '../../electron/contract/projects.ts'
import { host } from '../app/connection.ts'
import { desktop } from '../app/desktop.ts'
import { queries } from '../app/queries.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { Field, Input } from '../ui/field.tsx'
import { Problem } from '../ui/problem.tsx'
import { useEnter, useOpen } from './use-projects.ts'

/** A form in a dialog: its fields, its error, and one button that does it. */
function FormDialog({
  title,
  action,
  isBusy,
  error,
  onSubmit,
  onClose,
  children,
}: {
  title: string
  action: string
  isBusy: boolean
  error: unknown
  onSubmit: () => void
  onClose: () => void
  children: ReactNode
}) {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <Dialog open onClose={onClose} title={title}>
      <form onSubmit={submit}>
        {children}
        <Problem error={error} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={isBusy}>
            {action}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

export function NewProject({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('')
  const [folder, setFolder] = useState('')
  const { data: machine } = useQuery({ queryKey: ['machine', null], queryFn: () => host.machine.now({}) })
  const create = useMutation({
    mutationFn: () => host.projects.create({ name, folder: folder || null }),
    onSuccess: useEnter(),
  })
  return (
    <FormDialog
      title="New project"
      action="Create the project"
      isBusy={create.isPending}
      error={create.error}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <Field label="Name">
        <Input required value={name} onChange={({ target }) => setName(target.value)} />
      </Field>
      <Field label="Location" help="Defaults to your projects folder." isOptional>
        <PathInput value={folder} placeholder={machine?.projectsFolder} onChange={setFolder} />
      </Field>
    </FormDialog>
  )
}

export function OpenFolder({ onClose }: { onClose: () => void }) {
  const [folder, setFolder] = useState('')
  const open = useOpen()
  return (
    <FormDialog
      title="Open a project folder"
      action="Open the project"
      isBusy={open.isPending}
      error={open.error}
      onSubmit={() => open.mutate(folder)}
      onClose={onClose}
    >
      <Field
        label="Project folder"
        help="On the machine that runs Stet. Its name ends in .stet, and it contains lab.db."
      >
        <PathInput value={folder} placeholder="/home/you/Stet/letters.stet" onChange={setFolder} isRequired />
      </Field>
    </FormDialog>
  )
}

/** A path to type; the desktop app can also browse for it. */
function PathInput({
  value,
  placeholder,
  onChange,
  isRequired = false,
}: {
  value: string
  placeholder: string | undefined
  onChange: (path: string) => void
  isRequired?: boolean
}) {
  const browse = async () => {
    const [path] = (await desktop?.choose('folder')) ?? []
    if (path !== undefined) onChange(path)
  }
  return (
    <>
      <Input
        required={isRequired}
        value={value}
        placeholder={placeholder}
        onChange={({ target }) => onChange(target.value)}
      />
      {desktop && (
        <Button icon="folder" isSmall onClick={() => void browse()}>
          Browse…
        </Button>
      )}
    </>
  )
}

export function RenameProject({ project, onClose }: { project: ProjectCard; onClose: () => void }) {
  const [name, setName] = useState(project.name)
  const rename = useMutation({
    mutationFn: () => host.projects.rename({ project: project.folder, name }),
    onSuccess: () => {
      void queries.invalidateQueries()
      onClose()
    },
  })
  return (
    <FormDialog
      title={`Rename ${project.name}`}
      action="Rename"
      isBusy={rename.isPending}
      error={rename.error}
      onSubmit={() => rename.mutate()}
      onClose={onClose}
    >
      <Field label="Name" help="The folder keeps its name.">
        <Input required value={name} onChange={({ target }) => setName(target.value)} />
      </Field>
    </FormDialog>
  )
}
