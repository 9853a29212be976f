/** The bridge to the page: passes the host's port through, and what only the desktop can tell or ask. */
import { contextBridge, ipcRenderer, webUtils } from 'electron'

contextBridge.exposeInMainWorld('stet', {
  pathOf: (file: File) => webUtils.getPathForFile(file),
  choose: (what: 'folder' | 'file') => ipcRenderer.invoke('stet:choose', what),
  restartHost: () => ipcRenderer.send('stet:restart-host'),
})

window.addEventListener('message', ({ data, source }) => {
  if (source === window && data === 'stet:ready') ipcRenderer.send('stet:ready')
})
ipcRenderer.on('stet:port', ({ ports }) => window.postMessage('stet:port', location.origin, ports))
ipcRenderer.on('stet:host-gone', (_event, sentence: string) =>
  window.postMessage({ hostGone: sentence }, location.origin),
)
ipcRenderer.on('stet:go', (_event, view: string) => {
  const [, place] = /^(#\/p\/[^/]+\/)/.exec(location.hash) ?? []
  if (place !== undefined) location.hash = place + view
})
