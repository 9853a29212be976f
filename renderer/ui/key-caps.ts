/** What is printed on the keys of a shortcut. */

const printed: Record<string, string> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Enter: '⏎',
  Escape: 'Esc',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
}

const printedOnMac: Record<string, string> = { Ctrl: '⌘', Alt: '⌥', Shift: '⇧' }

const isMac = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform)

/**
 * @param keys as they are bound: `g d`, `Ctrl+Enter`, `Alt+ArrowUp`
 * @returns one cap per key, in the order in which they are pressed
 */
export function keyCaps(keys: string, onMac = isMac): string[] {
  if (keys === ' ') return ['Space']
  return keys.split(/[ +]/).map((key) => {
    if (onMac && printedOnMac[key]) return printedOnMac[key]
    return printed[key] ?? (key.length === 1 ? key.toUpperCase() : key)
  })
}

/** @returns the value of `aria-keyshortcuts` for the same keys */
export function ariaKeys(keys: string): string {
  return keys.replaceAll('Ctrl', 'Control')
}
