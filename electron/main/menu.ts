/** The native menu and its shortcuts. */
import { BrowserWindow, dialog, Menu, type MenuItemConstructorOptions } from 'electron'
import { projectAt } from './project-argument.ts'
import type { Windows } from './windows.ts'

/** The page's views, by the digits of their shortcuts. */
const views = ['Data', 'Annotate', 'Labels', 'Runs', 'Judge', 'Models', 'Settings']

export function setMenu(windows: Windows): void {
  const isMac = process.platform === 'darwin'
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    { label: 'File', submenu: fileMenu(windows, isMac) },
    { role: 'editMenu' },
    { label: 'Go', submenu: views.map(goItem) },
    { label: 'View', submenu: viewItems },
    { role: 'windowMenu' },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}

const viewItems: MenuItemConstructorOptions[] = [
  { role: 'resetZoom' },
  { role: 'zoomIn' },
  { role: 'zoomOut' },
  { type: 'separator' },
  { role: 'togglefullscreen' },
  { role: 'toggleDevTools' },
]

function fileMenu(windows: Windows, isMac: boolean): MenuItemConstructorOptions[] {
  const recent: MenuItemConstructorOptions = {
    role: 'recentDocuments',
    submenu: [{ role: 'clearRecentDocuments' }],
    visible: isMac,
  }
  return [
    { label: 'Projects', accelerator: 'CmdOrCtrl+Shift+P', click: () => void windows.show(null) },
    { label: 'Open project…', accelerator: 'CmdOrCtrl+O', click: () => void openProject(windows) },
    recent,
    { type: 'separator' },
    { role: 'close' },
    { role: 'quit', visible: !isMac },
  ]
}

function goItem(title: string, index: number): MenuItemConstructorOptions {
  return {
    label: title,
    accelerator: `CmdOrCtrl+${index + 1}`,
    click: (_item, window) => {
      if (window instanceof BrowserWindow) window.webContents.send('stet:go', title.toLowerCase())
    },
  }
}

async function openProject(windows: Windows): Promise<void> {
  const { filePaths } = await dialog.showOpenDialog({
    title: 'Open a project folder',
    properties: ['openDirectory', 'treatPackageAsDirectory'],
  })
  const [chosen] = filePaths
  if (chosen === undefined) return
  const project = projectAt(chosen)
  if (project !== null) windows.show(project)
  else
    dialog.showErrorBox(
      'This is not a project',
      `${chosen} has no lab.db in it. Choose a folder that Stet made.`,
    )
}
