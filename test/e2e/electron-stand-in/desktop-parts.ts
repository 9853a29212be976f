/** Dialogs, notifications, menus and power: recorded, not shown; tests inspect and replace them. */
interface MenuItem {
  label?: string
  submenu?: MenuItem[]
  click?(item: MenuItem, window: unknown): void
}

interface BuiltMenu {
  items: { label: string; submenu: BuiltMenu; click(event: unknown, window: unknown): void }[]
}

let menu: BuiltMenu | null = null

function buildFromTemplate(template: MenuItem[]): BuiltMenu {
  const items = template.map((item) => ({
    label: item.label ?? '',
    submenu: buildFromTemplate(item.submenu ?? []),
    click: (_event: unknown, window: unknown) => item.click?.(item, window),
  }))
  return { items }
}

export const Menu = {
  buildFromTemplate,
  setApplicationMenu: (built: BuiltMenu) => {
    menu = built
  },
  getApplicationMenu: () => menu,
}

/** Every dialog is cancelled unless a test replaces it. */
export const dialog = {
  showMessageBox: async () => ({ response: 0 }),
  showMessageBoxSync: () => 0,
  showOpenDialog: async () => ({ filePaths: [] as string[] }),
  showErrorBox: () => {},
}

export class Notification {
  readonly title: string
  readonly body: string
  readonly #listeners = new Map<string, () => void>()

  constructor({ title, body }: { title: string; body: string }) {
    this.title = title
    this.body = body
  }

  static isSupported(): boolean {
    return true
  }

  on(event: string, listener: () => void): void {
    this.#listeners.set(event, listener)
  }

  emit(event: string): void {
    this.#listeners.get(event)?.()
  }

  show(): void {}
}

const started = new Set<number>()
let nextBlocker = 0

export const powerSaveBlocker = {
  start(): number {
    started.add(++nextBlocker)
    return nextBlocker
  },
  stop(id: number): void {
    started.delete(id)
  },
  isStarted: (id: number) => started.has(id),
}

export const nativeTheme = { shouldUseDarkColors: false }
