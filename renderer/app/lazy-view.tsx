/** Views are loaded when they are first opened, and ahead of that when the page is idle; if that fails, they say so. */
import { type ReactNode, useEffect, useReducer, useState } from 'react'
import { Skeleton } from '../ui/skeleton.tsx'
import { onConnection } from './connection.ts'
import { goToProjects } from './navigation.ts'
import { ViewProblem } from './view-problem.tsx'

type View = () => ReactNode

export interface LazyView {
  (): ReactNode
  /** Loads the view's code; never fails, since opening the view tries again and reports it. */
  preload(): Promise<void>
}

export function lazyView(load: () => Promise<{ View: View }>): LazyView {
  let loaded: View | null = null
  const fetchView = async () => {
    loaded ??= (await load()).View
  }
  function Lazy() {
    const [, redraw] = useReducer((n: number) => n + 1, 0)
    const [error, setError] = useState<unknown>(null)
    useEffect(() => {
      if (loaded === null) fetchView().then(redraw, setError)
    }, [])
    if (loaded !== null) {
      const Loaded = loaded
      return <Loaded />
    }
    return error === null ? <Skeleton label="Loading the view" /> : <NotLoaded />
  }
  return Object.assign(Lazy, { preload: () => fetchView().catch(() => {}) })
}

/** A browser may remember that a part failed to load, so it is the page that is loaded again; the address keeps the place. */
function NotLoaded() {
  useEffect(() => onConnection((state) => state === 'open' && location.reload()), [])
  return (
    <ViewProblem
      title="This view could not be loaded"
      sentence="It is loaded automatically as soon as the host is back. Your work is kept in this browser."
      back={{ label: 'Projects', go: goToProjects }}
      onRetry={reload}
    />
  )
}

function reload(): void {
  location.reload()
}
