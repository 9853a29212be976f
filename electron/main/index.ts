/** The desktop shell: windows, menus, lifecycle. It starts the host, hands each page a port to it, touches no data. */
import { app } from 'electron'
import { HostProcess } from './host-process.ts'
import { setMenu } from './menu.ts'
import { answerPages } from './page-requests.ts'
import { projectAt, projectIn } from './project-argument.ts'
import { watchQuitting } from './quitting.ts'
import { refusePermissions, refuseTheRest } from './refusals.ts'
import { registerScheme, serveScheme } from './scheme.ts'
import { Windows } from './windows.ts'
import { WorkWatch } from './work-watch.ts'

app.enableSandbox()
registerScheme()
refuseTheRest()

if (app.requestSingleInstanceLock()) run()
else app.quit() // the one that is running has been told what was asked of this one

function run(): void {
  const windows = new Windows()
  const work = new WorkWatch(windows)
  const host = new HostProcess({
    onWork: (going, ended) => {
      work.hear(going, ended)
      if (ended !== null && going.length === 0 && windows.all.length === 0 && process.platform !== 'darwin')
        app.quit()
    },
    onCrash: (sentence) => {
      for (const { webContents } of windows.all) webContents.send('stet:host-gone', sentence)
    },
  })
  watchQuitting(host, windows)
  answerPages(host, windows)

  let asked = projectIn(process.argv.slice(app.isPackaged ? 1 : 2), process.cwd())
  app.on('open-file', (event, file) => {
    event.preventDefault()
    if (app.isReady()) windows.show(projectAt(file))
    else asked = projectAt(file)
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
    refusePermissions()
    setMenu(windows)
    host.start()
    const first =
      asked === null ? windows.openLastTime.filter((folder) => projectAt(folder) !== null) : [asked]
    for (const project of first.length > 0 ? first : [null]) windows.show(project)
  })
}
