/** Before the app quits: asks if jobs would be interrupted, then waits until the host has paused them. */
import { app, dialog } from 'electron'
import type { ActiveJob } from '../contract/shell.ts'
import type { HostProcess } from './host-process.ts'
import type { Windows } from './windows.ts'

export function watchQuitting(host: HostProcess, windows: Windows): void {
  let isConfirmed = false
  let openAtQuit: string[] = []

  app.on('before-quit', (event) => {
    openAtQuit = windows.projects
    if (isConfirmed || host.activeJobs.length === 0) return
    event.preventDefault()
    void confirmPause(host.activeJobs).then((yes) => {
      isConfirmed = yes
      if (yes) app.quit()
    })
  })
  app.on('will-quit', (event) => {
    windows.saveState(openAtQuit)
    if (!host.isRunning) return
    event.preventDefault()
    void host.close().then(() => app.exit(0))
  })
  // Jobs continue without a window; the app quits when they finish, and starting it again shows a window.
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin' && host.activeJobs.length === 0) app.quit()
  })
}

async function confirmPause(active: ActiveJob[]): Promise<boolean> {
  const [first] = active
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message:
      active.length === 1 ? `${first?.verb} is still running.` : `${active.length} jobs are still running.`,
    detail:
      'Quitting pauses training with a checkpoint, so that you can resume it later, and stops other jobs. To keep them running, close the window instead.',
    buttons: ['Keep running', 'Pause and quit'],
    defaultId: 0,
    cancelId: 0,
  })
  return response === 1
}
