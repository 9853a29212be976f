/** Says that the host has ended, and offers to restart it if this window can. */
import { useSyncExternalStore } from 'react'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { connectionState, hostCrashReason, onConnection } from './connection.ts'
import { desktop } from './desktop.ts'

export function ConnectionLost() {
  const state = useSyncExternalStore(onConnection, connectionState)
  if (state !== 'lost' || desktop === null) return null
  return (
    <Banner
      kind="bad"
      icon="disconnected"
      title={hostCrashReason()}
      actions={<Button onClick={desktop.restartHost}>Restart the host</Button>}
    />
  )
}
