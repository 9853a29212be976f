/** What is beside the item, or over it where there is no room: the queue or the guidelines. */
import { useEffect, useState } from 'react'
import { changeSettings, useSettings } from '../app/settings.ts'

export type Side = 'queue' | 'guidelines'

export interface Pane {
  shown: Side | null
  isOver: boolean
  /** Whether the frame is too narrow for a side beside the item. */
  isNarrow: boolean
  toggle: (side: Side) => void
  close: () => void
}

export function usePane(): Pane {
  const { showsQueue, showsGuidelines } = useSettings()
  const isNarrow = useIsNarrow()
  const [over, setOver] = useState<Side | null>(null)
  useEffect(() => {
    if (!isNarrow) setOver(null)
  }, [isNarrow])
  const beside = showsGuidelines ? 'guidelines' : showsQueue ? 'queue' : null
  const toggle = (side: Side) => {
    if (isNarrow) {
      setOver(over === side ? null : side)
      return
    }
    const isShown = beside !== side
    changeSettings(
      side === 'queue' ? { showsQueue: isShown, showsGuidelines: false } : { showsGuidelines: isShown },
    )
  }
  return { shown: isNarrow ? over : beside, isOver: isNarrow, isNarrow, toggle, close: () => setOver(null) }
}

/** Below this width of the frame, in rem, a side is over the work instead of beside it (annotate.css). */
const narrowRem = 68

function measure(): boolean {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  return (document.querySelector('.app')?.clientWidth ?? 0) <= narrowRem * rem
}

function useIsNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(measure)
  useEffect(() => {
    const app = document.querySelector('.app')
    if (!app) return
    // The size of the text changes the width in rem, and with it the height of the bar.
    const observer = new ResizeObserver(() => setNarrow(measure()))
    observer.observe(app)
    const bar = app.querySelector('.bar')
    if (bar) observer.observe(bar)
    return () => observer.disconnect()
  }, [])
  return isNarrow
}
