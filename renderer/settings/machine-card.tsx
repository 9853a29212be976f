/** This machine's runtime, speed and memory, as `stet doctor` measures them. */
import { useMutation } from '@tanstack/react-query'
import type { VerbResult } from '../../electron/contract/verbs.ts'
import { host } from '../app/connection.ts'
import { useWork } from '../app/queries.ts'
import { Button } from '../ui/button.tsx'
import { bytesOf, numberOf } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { Group } from './group.tsx'

type DoctorResult = VerbResult<'doctor'>

export function MachineCard() {
  const start = useMutation({ mutationFn: () => host.work.start({ verb: 'doctor', input: {} }) })
  const work = useWork().find(({ id }) => id === start.data?.id)
  const result = work?.result as DoctorResult | null | undefined
  const isMeasuring = work?.state === 'running'
  return (
    <Group title="This machine" help="What trains here, and how fast.">
      <div className="set-wide col">
        <Problem error={start.error ?? work?.error} />
        {result ? (
          <Facts result={result} />
        ) : (
          <div>
            <Button icon="processor" disabled={start.isPending || isMeasuring} onClick={() => start.mutate()}>
              {isMeasuring ? 'Measuring, about 10 s…' : 'Run benchmark'}
            </Button>
          </div>
        )}
      </div>
    </Group>
  )
}

function Facts({ result: { runtime, speed, memory, cpu, node, sqlite } }: { result: DoctorResult }) {
  return (
    <dl className="facts num">
      <dt>Runtime</dt>
      <dd>
        {runtime.kind} {runtime.version}, {runtime.device}, {runtime.threads} threads
        {runtime.reason && ` (${runtime.reason})`}
      </dd>
      <dt>Processor</dt>
      <dd>
        {cpu.model}, {cpu.cores} cores
      </dd>
      <dt>Speed</dt>
      <dd>
        {numberOf(speed.matmulGflops)} GFLOP/s, memory {numberOf(speed.copyGbPerS)} GB/s
      </dd>
      <dt>Memory</dt>
      <dd>
        {bytesOf(memory.freeBytes)} of {bytesOf(memory.totalBytes)} free
      </dd>
      <dt>Versions</dt>
      <dd>
        Node {node}, SQLite {sqlite}
      </dd>
    </dl>
  )
}
