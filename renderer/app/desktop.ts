/** What a window of the desktop app can do and a browser cannot; null in a browser. */
import type { DesktopBridge } from '../../electron/contract/shell.ts'

export const desktop: DesktopBridge | null = Reflect.get(window, 'stet') ?? null
