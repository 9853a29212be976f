/** The desktop shell: windows, menus, lifecycle. It starts the host and gives each window a port to it. */
import { app } from 'electron'
import { channels } from '../contract/shell-channels.ts'
import { HostProcess } from './host-process.ts'
import { JobWatch } from './job-watch.ts'
import { lockDownNavigation, lockDownNetwork, lockDownPermissions } from './lockdown.ts'
import { setMenu } from './menu.ts'
import { projectAt, projectIn } from './project-argument.ts'
import { watchQuitting } from './quitting.ts'
import { handleRendererRequests } from './renderer-requests.ts'
import { registerScheme, serveScheme } from './scheme.ts'
import { Windows } from './windows.ts'

process.umask(0o077) // what is written is for this user alone
app.enableSandbox()
registerScheme()
lockDownNavigation()
lockDownNetwork()

if (app.requestSingleInstanceLock()) run()
else app.quit() // the running instance has received this one's arguments

function run(): void {
  const windows = new Windows()
  const jobs = new JobWatch(windows)
  const host = new HostProcess({
    onJobs: (active, finished) => {
      jobs.onChange(active, finished)
      if (
        finished !== null &&
        active.length === 0 &&
        windows.all.length === 0 &&
        process.platform !== 'darwin'
      )
        app.quit()
    },
    onCrash: (reason) => {
      for (const { webContents } of windows.all) webContents.send(channels.hostGone, reason)
    },
  })
  watchQuitting(host, windows)
  handleRendererRequests(host, windows)

  let requested = projectIn(process.argv.slice(app.isPackaged ? 1 : 2), process.cwd())
  app.on('open-file', (event, file) => {
    event.preventDefault()
    if (app.isReady()) windows.show(projectAt(file))
    else requested = projectAt(file)
  })
  app.on('second-instance', (_event, argv, cwd) => {
    const project = projectIn(argv.slice(1), cwd)
    if (project !== null || windows.all.length === 0) windows.show(project)
    else windows.all.at(-1)?.focus()
  })
  app.on('activate', () => windows.all.length === 0 && windows.show(null))

  // Not awaited here: Electron becomes ready only after this module has been loaded.
  void app.whenReady().then(() => {
    serveScheme()
    lockDownPermissions()
    setMenu(windows)
    host.start()
    const first = requested === null ? windows.openLastTime.filter(isProject) : [requested]
    for (const project of first.length > 0 ? first : [null]) windows.show(project)
  })
}

function isProject(folder: string): boolean {
  return projectAt(folder) !== null
}
