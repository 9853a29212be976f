/** Says that the host has ended, and offers to restart it if this window can. */
import { useSyncExternalStore } from 'react'
import { Button } from '../ui/kit.tsx'
import { connectionState, hostCrashReason, onConnection } from './connection.ts'
import { desktop } from './desktop.ts'

export function ConnectionLost() {
  const state = useSyncExternalStore(onConnection, connectionState)
  if (state !== 'lost' || desktop === null) return null
  return (
    <div className="problem box connection-lost" role="alert">
      <p>{hostCrashReason()}</p>
      <Button onClick={desktop.restartHost}>Restart the host</Button>
    </div>
  )
}
