/** Runs in a page before its own scripts: `require('electron')` for the preload, and the page's ends of the ports. */

/** @param preload the source of the built preload */
export function pageScript(preload: string): string {
  return `(() => {
    if (window.top !== window) return
    const request = (message) => window.__electronStandIn(message)
    const listeners = new Map()
    const ports = new Map()
    const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
    const toText = (bytes) => btoa(Array.from(new Uint8Array(bytes.buffer ?? bytes), (byte) => String.fromCharCode(byte)).join(''))
    const electron = {
      contextBridge: { exposeInMainWorld: (name, api) => { window[name] = Object.freeze({ ...api }) } },
      webUtils: { getPathForFile: (file) => file.name },
      ipcRenderer: {
        on: (channel, listener) => listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
        send: (channel, ...args) => void request({ kind: 'send', channel, args }),
        invoke: (channel, ...args) => request({ kind: 'invoke', channel, args }),
      },
    }
    window.__fromMain = (channel, args, portIds) => {
      const received = portIds.map((id) => {
        const { port1, port2 } = new MessageChannel()
        ports.set(id, port1)
        port1.onmessage = ({ data }) =>
          request({ kind: 'port', id, data: typeof data === 'string' ? data : { base64: toText(data) } })
        return port2
      })
      for (const listener of listeners.get(channel) ?? []) listener({ ports: received }, ...args)
    }
    window.__portReceives = (id, data) => ports.get(id)?.postMessage(typeof data === 'string' ? data : toBytes(data.base64))
    window.__portCloses = (id) => ports.get(id)?.close()
    window.open = (url) => { void request({ kind: 'open', url: String(url) }); return null }
    const isGranted = (permission) => request({ kind: 'permission', permission })
    const asking = (permission) => async () => {
      if (!(await isGranted(permission))) throw new DOMException(permission, 'NotAllowedError')
    }
    Notification.requestPermission = async () => ((await isGranted('notifications')) ? 'granted' : 'denied')
    navigator.geolocation.getCurrentPosition = (succeed, fail) => asking('geolocation')().then(succeed, fail)
    navigator.mediaDevices.getUserMedia = asking('media')
    navigator.mediaDevices.getDisplayMedia = asking('display-capture')
    navigator.clipboard.readText = asking('clipboard-read')
    navigator.requestMIDIAccess = asking('midi')
    const module = { exports: {} }
    ;((require, exports, module) => { ${preload} })(() => electron, module.exports, module)
  })()`
}
