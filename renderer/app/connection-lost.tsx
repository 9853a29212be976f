/** Says what is not saved and since when, and that the host has ended; offers to restart it if this window can. */
import { useSyncExternalStore } from 'react'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { sentenceOf } from '../ui/problem.tsx'
import { connectionLostAt, connectionState, hostCrashReason, onConnection } from './connection.ts'
import { desktop } from './desktop.ts'
import { goTo } from './navigation.ts'
import { clockTime, countOf, outbox, type Unsaved, useUnsaved } from './unsaved.ts'

export function ConnectionLost() {
  const state = useSyncExternalStore(onConnection, connectionState)
  const unsaved = useUnsaved().filter(({ problem }) => problem !== null)
  if (state === 'open' && unsaved.length > 0) return <NotSaved unsaved={unsaved} />
  const since = connectionLostAt()
  if (state === 'open' || state === 'opening' || since === null) return null
  const reason =
    desktop === null ? `The host has not been reachable since ${clockTime(since)}.` : hostCrashReason()
  return (
    <Banner
      kind="bad"
      icon="disconnected"
      title={state === 'refused' ? 'Stet was restarted and does not know this window any more.' : reason}
      actions={desktop !== null && <Button onClick={desktop.restartHost}>Restart the host</Button>}
    >
      <p>
        {state === 'refused' && 'Open the address that it printed in another tab; this one then continues. '}
        {unsaved.length > 0 ? notSaved(unsaved) : nothingLost}
      </p>
    </Banner>
  )
}

const nothingLost = 'Everything so far is saved. What you write now is kept in this browser until it is back.'

/** The host is there, but could not save: a full disk, or a version from another window. */
function NotSaved({ unsaved }: { unsaved: readonly Unsaved[] }) {
  const reasons = [...new Set(unsaved.map(({ problem }) => sentenceOf(problem)))]
  const [first] = unsaved
  return (
    <Banner
      kind="bad"
      title={notSaved(unsaved)}
      actions={
        <>
          {first && <Button onClick={() => open(first)}>Open the item</Button>}
          <Button icon="retry" onClick={() => void outbox.sendAll()}>
            Try now
          </Button>
        </>
      }
    >
      <p>{reasons.join(' ')}</p>
    </Banner>
  )
}

function open({ value: { project, item } }: Unsaved): void {
  goTo(project, 'annotate', { item, order: 'all' })
}

/** As `Not saved: 2 edits, since 14:02. Kept in this browser and tried again automatically.` */
function notSaved(unsaved: readonly Unsaved[]): string {
  const kept = unsaved.every(({ isKept }) => isKept)
    ? 'Kept in this browser and tried again automatically.'
    : 'Kept in this window only: do not close it.'
  return `Not saved: ${countOf(unsaved)}. ${kept}`
}
