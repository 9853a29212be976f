/** The keys of a shortcut as printed caps. */
import { keyCaps } from './key-caps.ts'
import './keys.css'

/** @param keys as they are bound: `g d`, `Ctrl+Enter`; within a button, which names its keys itself, it is hidden */
export function Keys({ keys, isHidden = false }: { keys: string; isHidden?: boolean }) {
  return (
    <span className="keys" aria-hidden={isHidden || undefined}>
      {keyCaps(keys).map((cap, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
        <kbd key={i} className="key">
          {cap}
        </kbd>
      ))}
    </span>
  )
}
