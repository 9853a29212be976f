/** What the run in the form would need: memory and time, estimated again as the settings change. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { RunKind } from '../../electron/contract/run-kinds/index.ts'
import { EstimateRequest, type RunEstimate } from '../../electron/contract/train.ts'
import { host } from '../app/connection.ts'
import { bytesOf, durationOf } from '../ui/format.ts'
import { sentenceOf } from '../ui/problem.tsx'

/** While this machine's speed is being measured. */
const measuringMs = 700
/** Otherwise: free memory changes. */
const refreshMs = 10_000

/** @param input null while the form can't be read */
export function Estimate({ kind, input }: { kind: RunKind; input: object | null }) {
  const settled = useSettled(JSON.stringify(input))
  const { data, error, isFetching } = useQuery({
    queryKey: ['estimate', kind, settled],
    queryFn: () => host.train.estimate(EstimateRequest.parse({ kind, input: JSON.parse(settled) })),
    enabled: settled !== 'null',
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.isMeasuring ? measuringMs : refreshMs),
  })
  return (
    <section aria-label="Estimate" role="status" className="card estimate num">
      {error ? (
        <p className="quiet">{sentenceOf(error)}</p>
      ) : (
        <Needs estimate={data} isFetching={isFetching} />
      )}
    </section>
  )
}

function Needs({ estimate, isFetching }: { estimate: RunEstimate | undefined; isFetching: boolean }) {
  if (!estimate)
    return (
      <p className="quiet">{isFetching ? 'Estimating…' : 'Fill in what is required to see an estimate.'}</p>
    )
  return (
    <>
      <h2>{timeTitle(estimate)}</h2>
      <p className="second">{timeLine(estimate)}</p>
      {estimate.refusal === null ? (
        <Memory estimate={estimate} />
      ) : (
        <p className="problem" role="alert">
          {estimate.refusal}
        </p>
      )}
      <p className="help">{estimate.basis}</p>
    </>
  )
}

function Memory({ estimate: { memoryBytes, freeBytes, totalBytes } }: { estimate: RunEstimate }) {
  if (memoryBytes === null)
    return (
      <p className="second">Memory is not estimated on the wasm runtime; {bytesOf(freeBytes)} are free.</p>
    )
  return (
    <div>
      <p className="row between">
        <span>Memory</span>
        <span>
          {bytesOf(memoryBytes)} of {bytesOf(totalBytes)}, {bytesOf(freeBytes)} free
        </span>
      </p>
      <span className="limit-rule" aria-hidden>
        <i style={{ width: `${Math.min(100, (100 * memoryBytes) / totalBytes)}%` }} />
      </span>
    </div>
  )
}

function timeTitle({ seconds }: RunEstimate): string {
  return seconds === null ? 'The time is not known yet' : `It will take about ${durationOf(seconds)}`
}

function timeLine({ secondsPerStep, steps }: RunEstimate): string {
  const count = `${steps.toLocaleString('en')} ${steps === 1 ? 'step' : 'steps'}`
  if (secondsPerStep === null) return `${count}.`
  const each = secondsPerStep < 10 ? `${secondsPerStep.toPrecision(2)} s` : durationOf(secondsPerStep)
  return `${count} at ${each} each.`
}

/** The value once it has not changed for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 300)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
