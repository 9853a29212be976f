/** Says that the host is gone, and offers to start it again where this page can. */
import { useSyncExternalStore } from 'react'
import { Button } from '../ui/kit.tsx'
import { hostEnd, lineState, onLine } from './connection.ts'
import { desktop } from './desktop.ts'

export function BrokenLine() {
  const line = useSyncExternalStore(onLine, lineState)
  if (line !== 'broken' || desktop === null) return null
  return (
    <div className="problem box broken-line" role="alert">
      <p>{hostEnd()}</p>
      <Button onClick={desktop.restartHost}>Start the host again</Button>
    </div>
  )
}
