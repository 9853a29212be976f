/** The frame around every view: navigation rail, top bar with the palette and active jobs, status bar, help for keys. */

import { useQuery } from '@tanstack/react-query'
import { Link, Outlet } from '@tanstack/react-router'
import { useEffect, useState, useSyncExternalStore } from 'react'
import type { VerbName } from '../../electron/contract/verbs.ts'
import { views } from '../../electron/contract/views.ts'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { bytesOf, durationOf } from '../ui/format.ts'
import { Keys } from '../ui/keys.tsx'
import { connectionState, host, onConnection } from './connection.ts'
import { ConnectionLost } from './connection-lost.tsx'
import { GuideBar } from './guide.tsx'
import { boundKeys, listenForKeys, useKeys } from './keys.ts'
import { goTo, useProjectMaybe } from './navigation.ts'
import { Palette } from './palette.tsx'
import { useWork } from './queries.ts'
import { useSaved } from './saved.ts'

export function Shell() {
  const project = useProjectMaybe()
  const [isPaletteOpen, setPaletteOpen] = useState(false)
  const [isHelpOpen, setHelpOpen] = useState(false)
  useEffect(listenForKeys, [])
  useKeys('Everywhere', [
    { keys: 'Ctrl+k', does: 'command palette', run: () => setPaletteOpen(true), whileTyping: true },
    { keys: '?', does: 'show these keys', run: () => setHelpOpen(true) },
    ...(project === null
      ? []
      : views.map(({ path, title, key }) => ({
          keys: `g ${key}`,
          does: title,
          run: () => goTo(project, path),
        }))),
  ])
  return (
    <div className="shell">
      <Rail project={project} />
      <header className="topbar">
        <span className="project-name">{project === null ? 'Projects' : nameOfFolder(project)}</span>
        <button type="button" className="palette-button" onClick={() => setPaletteOpen(true)}>
          Search or run a command… <Keys keys="Ctrl K" />
        </button>
        <ActiveJobs />
      </header>
      <main id="main" className="view">
        <ConnectionLost />
        {project !== null && <ReadOnlyNote project={project} />}
        {project !== null && <GuideBar project={project} />}
        <Outlet />
      </main>
      <StatusBar project={project} />
      <Palette open={isPaletteOpen} onClose={() => setPaletteOpen(false)} />
      <KeyHelp open={isHelpOpen} onClose={() => setHelpOpen(false)} />
    </div>
  )
}

function Rail({ project }: { project: string | null }) {
  return (
    <nav className="rail" aria-label="Views">
      <Link to="/" className="brand" title="Projects">
        <b aria-hidden>S</b> <span>stet</span>
      </Link>
      {project !== null &&
        views.map(({ path, title, key }) => (
          <Link
            key={path}
            to={`/p/$project/${path}` as never}
            params={{ project } as never}
            className={`rail-link ${path === 'settings' ? 'rail-end' : ''}`}
            activeProps={{ className: 'active', 'aria-current': 'page' }}
            activeOptions={{ includeSearch: false }}
            title={`${title} (g ${key})`}
          >
            {title}
          </Link>
        ))}
    </nav>
  )
}

function ReadOnlyNote({ project }: { project: string }) {
  const { data } = useQuery({
    queryKey: ['overview', project],
    queryFn: () => host.projects.overview({ project }),
  })
  if (!data?.readOnly) return null
  return <Banner kind="warn" icon="lock" title={data.readOnly} />
}

function nameOfFolder(folder: string): string {
  return folder
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\.stet$/, '')
}

/** Where a job is shown. */
function viewOf(verb: VerbName): 'models' | 'runs' {
  return verb === 'serve-model' ? 'models' : 'runs'
}

/** The job that is running, in words, with a link to its run. */
function ActiveJobs() {
  const active = useWork().filter(({ endedAt }) => endedAt === null)
  const [first] = active
  if (!first) return <span className="active-jobs quiet">No active jobs</span>
  const { progress, secondsLeft, verb, project, run } = first
  const share =
    progress && progress.total > 0 ? ` · ${Math.floor((100 * progress.done) / progress.total)}%` : ''
  const left = secondsLeft === null ? '' : ` · ${durationOf(secondsLeft)} left`
  const more = active.length > 1 ? ` · ${active.length - 1} more` : ''
  return (
    <Button
      kind="quiet"
      className="active-jobs"
      onClick={() => project && goTo(project, viewOf(verb), run === null ? {} : { run })}
    >
      <span className="dot" aria-hidden /> {verb}
      {share}
      {left}
      {more}
    </Button>
  )
}

function StatusBar({ project }: { project: string | null }) {
  const saved = useSaved()
  const connection = useSyncExternalStore(onConnection, connectionState)
  const { data: machine } = useQuery({
    queryKey: ['machine', project],
    queryFn: () => host.machine.now({ project }),
    refetchInterval: 5000,
  })
  return (
    <footer className="status">
      <span role="status">
        {connection === 'lost' ? 'Connection to the host lost. Everything saved so far is safe.' : saved}
      </span>
      {machine && (
        <span className="num">
          {machine.runtime}, {machine.cores} threads · {bytesOf(machine.memory.usedByStetBytes)} of{' '}
          {bytesOf(machine.memory.totalBytes)}
          {machine.diskFreeBytes !== null && ` · ${bytesOf(machine.diskFreeBytes)} free on disk`}
        </span>
      )}
    </footer>
  )
}

function KeyHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Keys">
      {open &&
        boundKeys().map(({ title, bindings }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl className="key-list">
              {bindings.map(({ keys, does }) => (
                <div key={keys}>
                  <dt>
                    <Keys keys={keys} />
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
    </Dialog>
  )
}
