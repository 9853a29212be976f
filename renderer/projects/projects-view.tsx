/** The first view: a welcome for who has no project yet; else what to continue, and the projects. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ProjectCard } from '../../electron/contract/projects.ts'
import { host } from '../app/connection.ts'
import { GuideList } from '../app/guide.tsx'
import { useKeys } from '../app/keys.ts'
import { useSettings } from '../app/settings.ts'
import { dismissGuide } from '../app/use-guide.ts'
import { Button } from '../ui/button.tsx'
import { Dots, Wordmark } from '../ui/mark.tsx'
import { Problem } from '../ui/problem.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { Continue } from './continue.tsx'
import { NewProject, OpenFolder } from './dialogs.tsx'
import { DropFiles, FileButton } from './own-data.tsx'
import { ProjectTable } from './project-table.tsx'
import './projects.css'
import { useOpen, useSample } from './use-projects.ts'
import { Welcome } from './welcome.tsx'

export type Dialog = 'new' | 'open' | null

export function View() {
  const [dialog, setDialog] = useState<Dialog>(null)
  const {
    data: recent,
    error,
    refetch,
  } = useQuery({
    queryKey: ['recent'],
    queryFn: () => host.projects.recent({}),
  })
  useKeys('Projects', [
    { keys: 'n', does: 'New project', run: () => setDialog('new') },
    { keys: 'o', does: 'Open a project folder', run: () => setDialog('open') },
  ])
  return (
    <>
      <Problem error={error} onRetry={() => void refetch()} />
      {!recent && !error && <Skeleton label="Projects are being loaded" />}
      {recent?.length === 0 && <Welcome onOpen={setDialog} />}
      {recent && recent.length > 0 && <Projects recent={recent} onOpen={setDialog} />}
      {dialog === 'new' && <NewProject onClose={() => setDialog(null)} />}
      {dialog === 'open' && <OpenFolder onClose={() => setDialog(null)} />}
    </>
  )
}

function Projects({ recent, onOpen }: { recent: readonly ProjectCard[]; onOpen: (dialog: Dialog) => void }) {
  const open = useOpen()
  const sample = useSample()
  return (
    <div className="start-page">
      <header className="row wrap between">
        <Wordmark />
        <span className="row wrap">
          <Button kind="quiet" disabled={sample.isPending} onClick={() => sample.mutate()}>
            {sample.isPending ? 'Creating the sample project…' : 'Open the sample project'}
          </Button>
          <Button kind="quiet" icon="folder" keys="o" onClick={() => onOpen('open')}>
            Open a folder…
          </Button>
          <Button kind="primary" icon="add" keys="n" onClick={() => onOpen('new')}>
            New project…
          </Button>
        </span>
      </header>
      <Problem error={open.error ?? sample.error} />
      <Continue recent={recent} />
      <Guide recent={recent} />
      <ProjectTable recent={recent} isOpening={open.isPending} onOpen={open.mutate} />
      <DropFiles>
        <FileButton />
      </DropFiles>
      <p className="help row">
        <Dots />A project is one folder on this machine. Nothing leaves it unless you say so.
      </p>
    </div>
  )
}

function Guide({ recent }: { recent: readonly ProjectCard[] }) {
  const { guide } = useSettings()
  const project = recent.find(({ folder, exists }) => exists && folder === guide?.project)
  if (!project) return null
  return (
    <section className="card col start-guide">
      <div className="row between">
        <h2>Getting started with {project.name}</h2>
        <Button kind="quiet" onClick={dismissGuide}>
          Dismiss guide
        </Button>
      </div>
      <GuideList project={project.folder} />
    </section>
  )
}
