/** What the renderer may not do: navigate away, open windows, use the network, get permissions. And whose messages main accepts. */
import { app, type IpcMainEvent, type IpcMainInvokeEvent, session } from 'electron'
import { rendererAddress } from './scheme.ts'

/** Address of the development server, only in a clone under `npm run dev`. */
export const developmentServer = app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL

const rendererOrigin = originOf(developmentServer ?? rendererAddress)

/** Call before the first window opens. */
export function lockDownNavigation(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.on('will-navigate', (event) => {
      if (originOf(event.url) !== rendererOrigin) event.preventDefault()
    })
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
  })
}

/**
 * Call before the app is ready. The content security policy covers neither connections that a page asks for beforehand
 * nor WebRTC, so Chromium has no address to connect to: the renderer's files come from the app's own scheme, and the host
 * uses Node's network.
 */
export function lockDownNetwork(): void {
  if (developmentServer === undefined) app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND')
}

/** Call once the app is ready. "Copy" buttons write to the clipboard; nothing else is granted. */
export function lockDownPermissions(): void {
  const isGranted = (permission: string) => permission === 'clipboard-sanitized-write'
  session.defaultSession.setPermissionRequestHandler((_contents, permission, decide) =>
    decide(isGranted(permission)),
  )
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => isGranted(permission))
}

/** Whether a message comes from the renderer itself: the top frame of a window, at the renderer's own origin. */
export function isFromRenderer({ senderFrame }: IpcMainEvent | IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame.parent === null && originOf(senderFrame.url) === rendererOrigin
}

/** Like `URL.origin`, which is "null" for custom schemes. */
function originOf(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}
