/**
 * The bridge between the renderer and the main process: passes on the port to the host, and offers what a browser
 * cannot do. It runs sandboxed, so it loads nothing but Electron and the channel names.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { Choice, DesktopBridge, FromRenderer, ToRenderer } from '../contract/shell.ts'
import { channels } from '../contract/shell-channels.ts'
import type { ViewPath } from '../contract/views.ts'

const bridge: DesktopBridge = {
  pathOf: (file) => webUtils.getPathForFile(file),
  choose: (what: Choice) => ipcRenderer.invoke(channels.choose, what),
  restartHost: () => ipcRenderer.send(channels.restartHost),
}
contextBridge.exposeInMainWorld('stet', bridge)

window.addEventListener('message', ({ data, source }: MessageEvent<Partial<FromRenderer> | null>) => {
  if (source === window && data?.type === channels.ready) ipcRenderer.send(channels.ready)
})
ipcRenderer.on(channels.port, ({ ports }) => toRenderer({ type: channels.port }, ports))
ipcRenderer.on(channels.hostGone, (_event, reason: string) => toRenderer({ type: channels.hostGone, reason }))
ipcRenderer.on(channels.showView, (_event, view: ViewPath) => {
  const [, place] = /^(#\/p\/[^/]+\/)/.exec(location.hash) ?? []
  if (place !== undefined) location.hash = place + view
})

function toRenderer(message: ToRenderer, ports: MessagePort[] = []): void {
  window.postMessage(message, location.origin, ports)
}
