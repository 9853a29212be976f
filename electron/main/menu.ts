/** The native menu and its shortcuts. */
import { BrowserWindow, dialog, Menu, type MenuItemConstructorOptions } from 'electron'
import { channels } from '../contract/shell-channels.ts'
import { type View, views } from '../contract/views.ts'
import { projectAt } from './project-argument.ts'
import type { Windows } from './windows.ts'

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

/** @param index of the view: its shortcut is the digit after it */
function goItem({ path, title }: View, index: number): MenuItemConstructorOptions {
  return {
    label: title,
    accelerator: `CmdOrCtrl+${index + 1}`,
    click: (_item, window) => {
      if (window instanceof BrowserWindow) window.webContents.send(channels.showView, path)
    },
  }
}

async function openProject(windows: Windows): Promise<void> {
  const { filePaths } = await dialog.showOpenDialog({
    title: 'Open a project',
    properties: ['openDirectory', 'treatPackageAsDirectory'],
  })
  const [folder] = filePaths
  if (folder === undefined) return
  const project = projectAt(folder)
  if (project !== null) windows.show(project)
  else
    dialog.showErrorBox(
      'Not a Stet project',
      `${folder} has no lab.db. Choose a project folder that was created with Stet.`,
    )
}
