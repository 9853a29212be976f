/** What the page asks of the shell, heard from the page alone: its port to the host, a new host, a file dialog. */
import { BrowserWindow, dialog, type IpcMainEvent, type IpcMainInvokeEvent, ipcMain } from 'electron'
import type { HostProcess } from './host-process.ts'
import { isFromPage } from './refusals.ts'
import type { Windows } from './windows.ts'

export function answerPages(host: HostProcess, windows: Windows): void {
  const hear = (channel: string, act: (event: IpcMainEvent) => void) =>
    ipcMain.on(channel, (event) => isFromPage(event) && act(event))
  hear('stet:ready', ({ sender }) => host.join(sender))
  hear('stet:restart-host', () => {
    host.start()
    for (const { webContents } of windows.all) host.join(webContents)
  })
  ipcMain.handle('stet:choose', (event, what: unknown) => (isFromPage(event) ? choose(event, what) : []))
}

/** @returns the paths chosen, none when it was left */
async function choose({ sender }: IpcMainInvokeEvent, what: unknown): Promise<string[]> {
  const window = BrowserWindow.fromWebContents(sender)
  if (window === null) return []
  const properties =
    what === 'folder' ? (['openDirectory', 'createDirectory'] as const) : (['openFile'] as const)
  const { filePaths } = await dialog.showOpenDialog(window, { properties: [...properties] })
  return filePaths
}
