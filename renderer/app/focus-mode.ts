/** Hides the frame around a view, for work that nothing may distract from. */
import { useEffect, useSyncExternalStore } from 'react'

let wanted = 0
const listeners = new Set<() => void>()

function change(by: 1 | -1): void {
  wanted += by
  for (const listener of listeners) listener()
}

/** Hides the frame while the component is on the screen. */
export function useFocusMode(isOn = true): void {
  useEffect(() => {
    if (!isOn) return
    change(1)
    return () => change(-1)
  }, [isOn])
}

/** For the frame. */
export function useIsFocused(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => wanted > 0,
  )
}
