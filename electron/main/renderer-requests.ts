/** Requests that the renderer may make of the main process: its port to the host, a new host, a file dialog. */
import { BrowserWindow, dialog, type IpcMainEvent, type IpcMainInvokeEvent, ipcMain } from 'electron'
import { Choice } from '../contract/shell.ts'
import { channels } from '../contract/shell-channels.ts'
import type { HostProcess } from './host-process.ts'
import { isFromRenderer } from './lockdown.ts'
import type { Windows } from './windows.ts'

export function handleRendererRequests(host: HostProcess, windows: Windows): void {
  const onMessage = (channel: string, act: (event: IpcMainEvent) => void) =>
    ipcMain.on(channel, (event) => isFromRenderer(event) && act(event))
  onMessage(channels.ready, ({ sender }) => host.connect(sender))
  onMessage(channels.restartHost, () => {
    host.start()
    for (const { webContents } of windows.all) host.connect(webContents)
  })
  ipcMain.handle(channels.choose, (event, what: unknown) =>
    isFromRenderer(event) ? choose(event, Choice.parse(what)) : [],
  )
}

/** @returns the chosen paths; none if the dialog was cancelled */
async function choose({ sender }: IpcMainInvokeEvent, what: Choice): Promise<string[]> {
  const window = BrowserWindow.fromWebContents(sender)
  if (window === null) return []
  const { filePaths } = await dialog.showOpenDialog(window, {
    properties: what === 'folder' ? ['openDirectory', 'createDirectory'] : ['openFile'],
  })
  return filePaths
}
