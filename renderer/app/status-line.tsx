/** The line at the bottom: the last save that is on disk, the model that is worked on, the runtime, and the memory in use. */
import { useQuery } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { bytesOf } from '../ui/format.ts'
import { Icon } from '../ui/icons.tsx'
import { Dots } from '../ui/mark.tsx'
import { connectionState, host, onConnection } from './connection.ts'
import { currentJob, openModelOf } from './current-job.ts'
import { useWork } from './queries.ts'
import { useSaved } from './saved.ts'

const refreshMs = 5000
/** Below this, the free space on the disk is worth a word. */
const scarceBytes = 5e9

export function StatusLine({ project }: { project: string | null }) {
  const { data: machine } = useQuery({
    queryKey: ['machine', project],
    queryFn: () => host.machine.now({ project }),
    refetchInterval: refreshMs,
  })
  const model = openModelOf(currentJob(useWork(), project))
  return (
    <footer className="status">
      <SavedState />
      {machine && (
        <span className="status-end">
          {model !== null && (
            <span className="hide-narrow cut status-model" title="The model that the running job works on">
              {model}
            </span>
          )}
          <span>
            {machine.runtime.replace(/ [\d.]+$/, '')}, {machine.cores} threads
          </span>
          <span>
            {bytesOf(machine.memory.usedByStetBytes)} of {bytesOf(machine.memory.totalBytes)}
          </span>
          {machine.diskFreeBytes !== null && machine.diskFreeBytes < scarceBytes && (
            <span className="problem">only {bytesOf(machine.diskFreeBytes)} free on disk</span>
          )}
        </span>
      )}
    </footer>
  )
}

function SavedState() {
  const saved = useSaved()
  const connection = useSyncExternalStore(onConnection, connectionState)
  const isLost = connection === 'lost'
  return (
    <span role="status" className="row">
      {isLost ? <Icon name="disconnected" isSmall /> : saved.startsWith('Saved') && <Dots />}
      {isLost ? 'Connection to the host lost. Everything saved so far is safe.' : saved}
    </span>
  )
}
