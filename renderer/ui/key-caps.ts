/** What is printed on the keys of a shortcut. */

const arrows: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→' }

/** @param keys as they are bound: `g d`, `Ctrl+Enter`, `Alt+ArrowUp` */
export function keyCaps(keys: string): string[] {
  if (keys === ' ') return ['Space']
  return keys.split(' ').map((chord) =>
    chord
      .split('+')
      .map((key) => arrows[key] ?? key)
      .join('+'),
  )
}
