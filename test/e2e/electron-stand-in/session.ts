/** `protocol` and `session`: handlers are kept, and asked when a page wants something. */
type Answer = (request: Request) => Response | Promise<Response>
type AskPermission = (contents: unknown, permission: string, decide: (isGranted: boolean) => void) => void

let schemeHandler: Answer | null = null
let askPermission: AskPermission = (_contents, _permission, decide) => decide(true)

export const protocol = {
  registerSchemesAsPrivileged(): void {},
  handle(_scheme: 'app', answer: Answer): void {
    schemeHandler = answer
  },
}

export const session = {
  defaultSession: {
    setPermissionRequestHandler(handler: AskPermission): void {
      askPermission = handler
    },
    setPermissionCheckHandler(): void {},
  },
}

export function answerScheme(request: Request): Response | Promise<Response> {
  return schemeHandler?.(request) ?? new Response('', { status: 404 })
}

export function isGranted(contents: unknown, permission: string): Promise<boolean> {
  return new Promise((resolve) => askPermission(contents, permission, resolve))
}
