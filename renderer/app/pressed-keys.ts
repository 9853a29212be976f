/** What a key press means: its name as shortcuts are bound, and whether it belongs to the control that has the focus. */

/** What is read of a `KeyboardEvent`. */
export interface Press {
  key: string
  /** The place of the key, which Option on a Mac does not change. */
  code: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  shiftKey: boolean
}

/** @returns as shortcuts are bound: `Ctrl+Enter`, `Alt+z`, `?`, `Alt+Shift+ArrowUp` */
export function keysOf({ key, code, ctrlKey, metaKey, altKey, shiftKey }: Press): string {
  const parts = []
  if (ctrlKey || metaKey) parts.push('Ctrl')
  if (altKey) parts.push('Alt')
  if (shiftKey && key.length > 1) parts.push('Shift')
  const isChord = ctrlKey || metaKey || altKey
  parts.push(key.length === 1 && isChord ? printedOn(key, code) : key)
  return parts.join('+')
}

/** Option on a Mac turns letters into other characters, so the place of the key tells which letter it was. */
function printedOn(key: string, code: string): string {
  const letter = /^(?:Key([A-Z])|Digit([0-9]))$/.exec(code)
  const isOther = key.charCodeAt(0) > 127
  return (isOther && (letter?.[1] ?? letter?.[2]) ? (letter?.[1] ?? letter?.[2])! : key).toLowerCase()
}

/** What is read of the element that has the focus. */
export interface Focused {
  tagName: string
  isContentEditable?: boolean
  /** Of an input. */
  type?: string
}

/** Keys that controls without text use themselves. */
const controlKeys = /^( |Enter|Arrow\w+|Home|End|PageUp|PageDown)$/
const controlTypes = /^(checkbox|radio|range|button|submit|reset|file|color)$/

/** Whether the focused element takes a plain key: all of them in a text, few of them on a checkbox, slider or button. */
export function takesPlainKey({ tagName, isContentEditable, type = 'text' }: Focused, key: string): boolean {
  if (isContentEditable || tagName === 'TEXTAREA' || tagName === 'SELECT') return true
  if (tagName === 'INPUT') return !controlTypes.test(type) || controlKeys.test(key)
  return (tagName === 'BUTTON' || tagName === 'A' || tagName === 'SUMMARY') && /^( |Enter)$/.test(key)
}
