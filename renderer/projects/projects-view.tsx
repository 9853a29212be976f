/** The first view: recent projects, a new project, and the sample project. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ProjectOverview, ProjectSummary } from '../../electron/contract/projects.ts'
import { host } from '../app/connection.ts'
import { GuideList } from '../app/guide.tsx'
import { goTo } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { useSettings } from '../app/settings.ts'
import { dismissGuide, showGuide } from '../app/use-guide.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { timeOf } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'

type RecentProject = Awaited<ReturnType<typeof host.projects.recent>>[number]

const enter = ({ folder }: ProjectOverview) => {
  void queries.invalidateQueries({ queryKey: ['recent'] })
  goTo(folder, 'data')
}

export function View() {
  const { data: recent, error } = useQuery({ queryKey: ['recent'], queryFn: () => host.projects.recent({}) })
  const { data: machine } = useQuery({
    queryKey: ['machine', null],
    queryFn: () => host.machine.now({}),
  })
  const open = useMutation({
    mutationFn: (project: string) => host.projects.open({ project }),
    onSuccess: enter,
  })
  return (
    <div className="col projects">
      <h1>Projects</h1>
      <Problem error={error ?? open.error} />
      {recent?.length === 0 && (
        <p>
          A project is a folder with your data, edits, runs and models. Start with the sample project: a small
          artificial dataset on which every step from edit to win rate takes minutes.
        </p>
      )}
      <CreateSample />
      <Guide recent={recent ?? []} />
      {recent && recent.length > 0 && (
        <RecentProjects recent={recent} isOpening={open.isPending} onOpen={open.mutate} />
      )}
      <div className="row wrap" style={{ alignItems: 'start' }}>
        <NewProject projectsFolder={machine?.projectsFolder ?? ''} />
        <OpenFolder onOpen={open.mutate} />
      </div>
    </div>
  )
}

function CreateSample() {
  const create = useMutation({
    mutationFn: () => host.projects.createSample({}),
    onSuccess: (overview) => {
      showGuide(overview.folder)
      enter(overview)
    },
  })
  return (
    <>
      <Problem error={create.error} />
      <div className="row wrap">
        <Button kind="primary" disabled={create.isPending} onClick={() => create.mutate()}>
          {create.isPending ? 'Creating the sample project…' : 'Create sample project'}
        </Button>
      </div>
    </>
  )
}

function Guide({ recent }: { recent: readonly RecentProject[] }) {
  const { guide } = useSettings()
  const project = recent.find(({ folder, exists }) => exists && folder === guide?.project)
  if (!project) return null
  return (
    <section className="card">
      <h2>Getting started with {project.name}</h2>
      <GuideList project={project.folder} />
      <Button onClick={dismissGuide}>Dismiss guide</Button>
    </section>
  )
}

const heads = ['Project', 'Contents', 'Folder', 'Last opened']

function RecentProjects({
  recent,
  isOpening,
  onOpen,
}: {
  recent: readonly RecentProject[]
  isOpening: boolean
  onOpen: (folder: string) => void
}) {
  const forget = useMutation({
    mutationFn: (project: string) => host.projects.forget({ project }),
    onSuccess: (remaining) => queries.setQueryData(['recent'], remaining),
  })
  return (
    <table className="table">
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head}>{head}</th>
          ))}
          <th>
            <span className="unseen">Remove from list</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {recent.map(({ folder, name, openedAt, exists, summary }) => (
          <tr key={folder}>
            <td>
              <Button disabled={!exists || isOpening} onClick={() => onOpen(folder)}>
                {name}
              </Button>
            </td>
            <td className="num">{summary && contentsOf(summary)}</td>
            <td className="code">
              {folder}
              {!exists && ' (missing)'}
            </td>
            <td>{openedAt && timeOf(openedAt)}</td>
            <td>
              <Button
                kind="quiet"
                title="Remove from list"
                aria-label={`Remove ${name} from list`}
                onClick={() => forget.mutate(folder)}
              >
                ×
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const counted = (n: number, what: string) => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`

function contentsOf({ items, edited, runs, evaluations }: ProjectSummary): string {
  const parts = [
    `${counted(items, 'item')}, ${edited.toLocaleString('en')} edited`,
    ...(runs > 0 ? [counted(runs, 'run')] : []),
    ...(evaluations > 0 ? [counted(evaluations, 'evaluation')] : []),
  ]
  return parts.join(' · ')
}

function NewProject({ projectsFolder }: { projectsFolder: string }) {
  const [name, setName] = useState('')
  const [folder, setFolder] = useState('')
  const create = useMutation({
    mutationFn: () => host.projects.create({ name, folder: folder || null }),
    onSuccess: enter,
  })
  return (
    <form
      className="card"
      onSubmit={(event) => {
        event.preventDefault()
        create.mutate()
      }}
    >
      <h2>New project</h2>
      <Field label="Name">
        <input required value={name} onChange={({ target }) => setName(target.value)} />
      </Field>
      <Field label="Location" help="Defaults to your projects folder.">
        <input
          value={folder}
          placeholder={projectsFolder}
          onChange={({ target }) => setFolder(target.value)}
        />
      </Field>
      <Problem error={create.error} />
      <Button type="submit" disabled={create.isPending}>
        Create
      </Button>
    </form>
  )
}

function OpenFolder({ onOpen }: { onOpen: (folder: string) => void }) {
  const [folder, setFolder] = useState('')
  return (
    <form
      className="card"
      onSubmit={(event) => {
        event.preventDefault()
        onOpen(folder)
      }}
    >
      <h2>Open project</h2>
      <Field label="Project folder" help="A folder that contains lab.db.">
        <input required value={folder} onChange={({ target }) => setFolder(target.value)} />
      </Field>
      <Button type="submit">Open</Button>
    </form>
  )
}
