/** The frame around every view: rail, notices, the view, status line; with the command palette and the map of keys. */
import { Tooltip } from '@base-ui/react/tooltip'
import { useQuery } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { views } from '../../electron/contract/views.ts'
import { Banner } from '../ui/banner.tsx'
import { Toasts } from '../ui/toast.tsx'
import { host } from './connection.ts'
import { ConnectionLost } from './connection-lost.tsx'
import { useIsFocused } from './focus-mode.ts'
import { GuideBar } from './guide.tsx'
import { listenForKeys, useKeys } from './keys.ts'
import { lazyPart } from './lazy-part.tsx'
import { goTo, goToProjects, useProjectMaybe } from './navigation.ts'
import { Rail } from './rail.tsx'
import { StatusLine } from './status-line.tsx'

const tooltipDelayMs = 500

const loadPalette = () => import('./palette.tsx')
const loadKeysDialog = () => import('./keys-dialog.tsx')
const Palette = lazyPart(async () => (await loadPalette()).Palette)
const KeysDialog = lazyPart(async () => (await loadKeysDialog()).KeysDialog)
/** What opens over the views is loaded after the first of them, so that it opens at once, and even if the host is down. */
const preloadDelayMs = 1000

function usePreload(): void {
  useEffect(() => {
    const timer = setTimeout(() => void Promise.allSettled([loadPalette(), loadKeysDialog()]), preloadDelayMs)
    return () => clearTimeout(timer)
  }, [])
}

export function Shell() {
  const project = useProjectMaybe()
  const isFocused = useIsFocused()
  const [isPaletteOpen, setPaletteOpen] = useState(false)
  const [isHelpOpen, setHelpOpen] = useState(false)
  const wasPaletteOpen = useWasTrue(isPaletteOpen)
  const wasHelpOpen = useWasTrue(isHelpOpen)
  const openPalette = () => setPaletteOpen(true)
  const openHelp = () => setHelpOpen(true)
  useEffect(listenForKeys, [])
  usePreload()
  useFrameKeys(project, openPalette, openHelp)
  const hasFrame = project !== null && !isFocused
  return (
    <Tooltip.Provider delay={tooltipDelayMs}>
      <div className="app">
        <div className={`shell ${hasFrame ? '' : 'bare'}`}>
          {hasFrame && <Rail project={project} onSearch={openPalette} onHelp={openHelp} />}
          <main id="main" className="view">
            <ConnectionLost />
            {project !== null && <ReadOnlyNote project={project} />}
            {hasFrame && <GuideBar project={project} />}
            <div className="view-body">
              <Outlet />
            </div>
          </main>
          {!isFocused && <StatusLine project={project} />}
        </div>
        {wasPaletteOpen && (
          <Palette
            open={isPaletteOpen}
            onClose={() => setPaletteOpen(false)}
            onHelp={() => {
              setPaletteOpen(false)
              setHelpOpen(true)
            }}
          />
        )}
        {wasHelpOpen && <KeysDialog open={isHelpOpen} onClose={() => setHelpOpen(false)} />}
        <Toasts />
      </div>
    </Tooltip.Provider>
  )
}

/** Whether it is or ever was true: what was opened once stays, so that it returns the focus when it closes. */
function useWasTrue(is: boolean): boolean {
  const was = useRef(false)
  was.current ||= is
  return was.current
}

const always = { whileTyping: true, inDialog: true }

function useFrameKeys(project: string | null, openPalette: () => void, openHelp: () => void): void {
  const places = views.map(({ path, title, key }) => ({
    keys: `g ${key}`,
    does: title,
    run: () => project !== null && goTo(project, path),
  }))
  useKeys('Everywhere', [
    { keys: 'Ctrl+k', does: 'Search or run a command', run: openPalette, ...always },
    { keys: '?', does: 'Show these keys', run: openHelp },
    { keys: 'Ctrl+/', does: 'Show these keys, also while typing', run: openHelp, ...always },
    { keys: 'g p', does: 'Projects', run: goToProjects },
    ...(project === null ? [] : places),
  ])
}

function ReadOnlyNote({ project }: { project: string }) {
  const { data } = useQuery({
    queryKey: ['overview', project],
    queryFn: () => host.projects.overview({ project }),
  })
  if (!data?.readOnly) return null
  return <Banner kind="warn" icon="lock" title={data.readOnly} />
}
