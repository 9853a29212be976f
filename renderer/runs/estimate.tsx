/** What the run in the form would need: memory of what there is, and time, said anew as the settings change. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { RunKind } from '../../electron/contract/run-kinds/index.ts'
import { EstimateRequest, type RunEstimate } from '../../electron/contract/train.ts'
import { host } from '../app/connection.ts'
import { bytesOf, durationOf, sentenceOf } from '../ui/kit.tsx'

/** @param input null while the form can't be read */
export function Estimate({ kind, input }: { kind: RunKind; input: object | null }) {
  const asked = useSettled(JSON.stringify(input))
  const { data, error, isFetching } = useQuery({
    queryKey: ['estimate', kind, asked],
    queryFn: () => host.train.estimate(EstimateRequest.parse({ kind, input: JSON.parse(asked) })),
    enabled: asked !== 'null',
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.isMeasuring ? 700 : everyMs),
  })
  return (
    <section aria-label="Estimate" role="status" className="estimate numbers">
      <h2>It would need</h2>
      {error ? (
        <p className="quiet">{sentenceOf(error)}</p>
      ) : (
        <Needs estimate={data} isCounting={isFetching} />
      )}
    </section>
  )
}

/** Free memory changes by itself. */
const everyMs = 10_000

function Needs({ estimate, isCounting }: { estimate: RunEstimate | undefined; isCounting: boolean }) {
  if (!estimate)
    return (
      <p className="quiet">
        {isCounting ? 'Being counted…' : 'Counted as soon as the form names its models.'}
      </p>
    )
  return (
    <>
      {estimate.refusal === null ? (
        <p>{memoryLine(estimate)}</p>
      ) : (
        <p className="problem" role="alert">
          {estimate.refusal}
        </p>
      )}
      <p>{timeLine(estimate)}</p>
      <p className="help">{estimate.basis}</p>
    </>
  )
}

export function memoryLine({ memoryBytes, freeBytes, totalBytes }: RunEstimate): string {
  const there = `${bytesOf(totalBytes)} (${bytesOf(freeBytes)} free)`
  return memoryBytes === null
    ? `Memory: not counted for the wasm runtime; there are ${there}.`
    : `Memory: about ${bytesOf(memoryBytes)} of ${there}.`
}

export function timeLine({ seconds, secondsPerStep, steps }: RunEstimate): string {
  const made = `${steps} ${steps === 1 ? 'step' : 'steps'}`
  if (seconds === null || secondsPerStep === null) return `Time: not known yet; ${made}.`
  const each = secondsPerStep < 10 ? `${secondsPerStep.toPrecision(2)} s` : durationOf(secondsPerStep)
  return `Time: about ${durationOf(seconds)}: ${made} of ${each}.`
}

/** The value once it has been left alone for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 300)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
