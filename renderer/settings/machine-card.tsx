/** This machine's runtime, speed and memory, as `stet doctor` measures them. */
import { useMutation } from '@tanstack/react-query'
import type { VerbResult } from '../../electron/contract/verbs.ts'
import { host } from '../app/connection.ts'
import { useWork } from '../app/queries.ts'
import { Button } from '../ui/button.tsx'
import { bytesOf, numberOf } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'

type DoctorResult = VerbResult<'doctor'>

export function MachineCard() {
  const start = useMutation({ mutationFn: () => host.work.start({ verb: 'doctor', input: {} }) })
  const work = useWork().find(({ id }) => id === start.data?.id)
  const result = work?.result as DoctorResult | null | undefined
  const isMeasuring = work?.state === 'running'
  return (
    <section className="card">
      <h2>This machine</h2>
      <Problem error={start.error ?? work?.error} />
      {result ? (
        <Facts result={result} />
      ) : (
        <Button disabled={start.isPending || isMeasuring} onClick={() => start.mutate()}>
          {isMeasuring ? 'Measuring, about 10 s…' : 'Run benchmark'}
        </Button>
      )}
    </section>
  )
}

function Facts({ result: { runtime, speed, memory, version, node, sqlite } }: { result: DoctorResult }) {
  return (
    <dl className="facts num">
      <dt>Runtime</dt>
      <dd>
        {runtime.kind} {runtime.version}, {runtime.device}, {runtime.threads} threads
        {runtime.reason && ` (${runtime.reason})`}
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
        Stet {version}, Node {node}, SQLite {sqlite}
      </dd>
    </dl>
  )
}
