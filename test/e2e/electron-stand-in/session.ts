/** `protocol` and `session`: their handlers are called when a page requests something. */
type SchemeHandler = (request: Request) => Response | Promise<Response>
type PermissionHandler = (contents: unknown, permission: string, decide: (isGranted: boolean) => void) => void

let schemeHandler: SchemeHandler | null = null
let permissionHandler: PermissionHandler = (_contents, _permission, decide) => decide(true)

export const protocol = {
  registerSchemesAsPrivileged(): void {},
  handle(_scheme: 'app', handler: SchemeHandler): void {
    schemeHandler = handler
  },
}

export const session = {
  defaultSession: {
    setPermissionRequestHandler(handler: PermissionHandler): void {
      permissionHandler = handler
    },
    setPermissionCheckHandler(): void {},
  },
}

export function respondToScheme(request: Request): Response | Promise<Response> {
  return schemeHandler?.(request) ?? new Response('', { status: 404 })
}

export function isGranted(contents: unknown, permission: string): Promise<boolean> {
  return new Promise((resolve) => permissionHandler(contents, permission, resolve))
}
