/** Before Stet ends: asks where a run would be interrupted, then has the host pause it and waits until it has. */
import { app, dialog } from 'electron'
import type { Going, HostProcess } from './host-process.ts'
import type { Windows } from './windows.ts'

export function watchQuitting(host: HostProcess, windows: Windows): void {
  let isAgreed = false
  let openAtEnd: string[] = []

  app.on('before-quit', (event) => {
    openAtEnd = windows.projects
    if (isAgreed || host.going.length === 0) return
    event.preventDefault()
    void mayPause(host.going).then((yes) => {
      isAgreed = yes
      if (yes) app.quit()
    })
  })
  app.on('will-quit', (event) => {
    windows.keep(openAtEnd)
    if (!host.isRunning) return
    event.preventDefault()
    void host.close().then(() => app.exit(0))
  })
  // A run goes on without a window; Stet ends with it, or is opened again by starting it.
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin' && host.going.length === 0) app.quit()
  })
}

async function mayPause(going: Going[]): Promise<boolean> {
  const [first] = going
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message:
      going.length === 1 ? `${first?.verb} is still going.` : `${going.length} pieces of work are going.`,
    detail:
      'Quitting pauses a training run with a checkpoint, to be resumed later; other work stops. Closing the window instead leaves it going.',
    buttons: ['Keep it going', 'Pause and quit'],
    defaultId: 0,
    cancelId: 0,
  })
  return response === 1
}
