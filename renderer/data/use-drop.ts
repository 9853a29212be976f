/** Files dropped anywhere in the window. */
import { useEffect, useRef, useState } from 'react'
import { type Dropped, droppedOf } from './dropped.ts'

/** @returns whether files are being dragged over the window */
export function useDrop(onDrop: (dropped: Dropped) => void): boolean {
  const [isOver, setOver] = useState(false)
  const newest = useRef(onDrop)
  newest.current = onDrop
  useEffect(() => {
    const listening = new AbortController()
    const { signal } = listening
    window.addEventListener(
      'dragover',
      (event) => {
        event.preventDefault()
        setOver(event.dataTransfer?.types.includes('Files') ?? false)
      },
      { signal },
    )
    // Leaving an element for another one within the window has a related target.
    window.addEventListener('dragleave', ({ relatedTarget }) => relatedTarget === null && setOver(false), {
      signal,
    })
    window.addEventListener(
      'drop',
      (event) => {
        event.preventDefault()
        setOver(false)
        if (event.dataTransfer) newest.current(droppedOf(event.dataTransfer))
      },
      { signal },
    )
    return () => listening.abort()
  }, [])
  return isOver
}
