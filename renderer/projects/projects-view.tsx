/** The first view: projects opened lately, a new one, and the sample to try everything on. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ProjectOverview, ProjectSummary } from '../../electron/contract/projects.ts'
import { host } from '../app/connection.ts'
import { GuideList } from '../app/guide.tsx'
import { goTo } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { useSettings } from '../app/settings.ts'
import { dismissGuide, showGuide } from '../app/use-guide.ts'
import { Button, Field, Problem, timeOf } from '../ui/kit.tsx'

const enter = ({ folder }: ProjectOverview) => {
  void queries.invalidateQueries({ queryKey: ['recent'] })
  goTo(folder, 'data')
}

const counted = (n: number, what: string) => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`

function summaryText({ items, edited, runs, evaluations }: ProjectSummary): string {
  const parts = [
    `${counted(items, 'item')}, ${edited.toLocaleString('en')} edited`,
    ...(runs > 0 ? [counted(runs, 'run')] : []),
    ...(evaluations > 0 ? [counted(evaluations, 'evaluation')] : []),
  ]
  return parts.join(' · ')
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
  const sample = useMutation({
    mutationFn: () => host.projects.createSample({}),
    onSuccess: (overview) => {
      showGuide(overview.folder)
      enter(overview)
    },
  })
  const { guide } = useSettings()
  const guided = recent?.find(({ folder, exists }) => exists && folder === guide?.project)
  const forget = useMutation({
    mutationFn: (project: string) => host.projects.forget({ project }),
    onSuccess: (cards) => queries.setQueryData(['recent'], cards),
  })
  return (
    <div className="stack projects">
      <h1>Projects</h1>
      <Problem error={error ?? open.error ?? sample.error} />
      {recent?.length === 0 && (
        <p>
          A project is a folder with your data, edits, runs and models. Begin with the sample: a small
          invented world in which every step from edit to win rate takes minutes.
        </p>
      )}
      <div className="row">
        <Button kind="primary" disabled={sample.isPending} onClick={() => sample.mutate()}>
          {sample.isPending ? 'Making the sample…' : 'Make the sample project'}
        </Button>
      </div>
      {guided && (
        <section className="card">
          <h2>The way through {guided.name}</h2>
          <GuideList project={guided.folder} />
          <Button onClick={dismissGuide}>Dismiss the guide</Button>
        </section>
      )}
      {recent && recent.length > 0 && (
        <table className="table">
          <thead>
            <tr>
              <th>Project</th>
              <th>In it</th>
              <th>Folder</th>
              <th>Opened</th>
              <th>
                <span className="quiet">off the list</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {recent.map(({ folder, name, openedAt, exists, summary }) => (
              <tr key={folder}>
                <td>
                  <Button disabled={!exists || open.isPending} onClick={() => open.mutate(folder)}>
                    {name}
                  </Button>
                </td>
                <td className="numbers">{summary && summaryText(summary)}</td>
                <td className="mono">
                  {folder}
                  {!exists && ' (gone)'}
                </td>
                <td>{openedAt && timeOf(openedAt)}</td>
                <td>
                  <Button
                    kind="quiet"
                    aria-label={`Take ${name} off the list`}
                    onClick={() => forget.mutate(folder)}
                  >
                    ×
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div className="row" style={{ alignItems: 'start' }}>
        <NewProject projectsFolder={machine?.projectsFolder ?? ''} />
        <OpenFolder onOpen={(folder) => open.mutate(folder)} />
      </div>
    </div>
  )
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
      <Field label="In folder" help="Where absent, your projects' folder.">
        <input
          value={folder}
          placeholder={projectsFolder}
          onChange={({ target }) => setFolder(target.value)}
        />
      </Field>
      <Problem error={create.error} />
      <Button type="submit" disabled={create.isPending}>
        Make it
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
      <h2>Open a folder</h2>
      <Field label="Project folder" help="A folder with lab.db in it.">
        <input required value={folder} onChange={({ target }) => setFolder(target.value)} />
      </Field>
      <Button type="submit">Open</Button>
    </form>
  )
}
