/** What the page may not do: go elsewhere, open windows, have permissions. And who may speak to the main process. */
import { app, type IpcMainEvent, type IpcMainInvokeEvent, session } from 'electron'
import { pageAddress } from './scheme.ts'

/** The development server's page, in a clone under `npm run dev` only. */
export const developmentPage = app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL

const pageOrigin = originOf(developmentPage ?? pageAddress)

/** Before the first window. */
export function refuseTheRest(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.on('will-navigate', (event) => {
      if (originOf(event.url) !== pageOrigin) event.preventDefault()
    })
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
  })
}

/** Once the app is ready. The clipboard is written at a click of "copy"; nothing else is granted. */
export function refusePermissions(): void {
  const isGranted = (permission: string) => permission === 'clipboard-sanitized-write'
  session.defaultSession.setPermissionRequestHandler((_contents, permission, decide) =>
    decide(isGranted(permission)),
  )
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => isGranted(permission))
}

/** Whether a message comes from the page itself: the top frame of a window, at the page's own address. */
export function isFromPage({ senderFrame }: IpcMainEvent | IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame.parent === null && originOf(senderFrame.url) === pageOrigin
}

/** As `URL.origin` would be, were it defined for schemes of one's own. */
function originOf(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}
