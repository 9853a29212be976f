/** What the desktop's window can do that a browser cannot; null in a browser. */
export interface Desktop {
  /** Where a dropped or chosen file lies. */
  pathOf(file: File): string
  /** Asks by the system's dialog; none where it was left. */
  choose(what: 'folder' | 'file'): Promise<string[]>
  /** After the host has ended unexpectedly. */
  restartHost(): void
}

export const desktop: Desktop | null = Reflect.get(window, 'stet') ?? null
