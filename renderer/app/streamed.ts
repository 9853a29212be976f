/** A question whose answer takes its time: how far it is, how long it will take, and how to stop it. Leaving stops it too. */
import { type QueryKey, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { JobEvent } from '../../electron/contract/events.ts'
import { queries } from './queries.ts'

export interface HowFar {
  done: number
  total: number
  /** Null while the pace is unknown. */
  secondsLeft: number | null
}

export interface Streamed<Result> {
  data: Result | undefined
  error: Error | null
  /** Null where nothing is asked at the moment. */
  howFar: HowFar | null
  isStopped: boolean
  stop(): void
  start(): void
}

type Events<Result> = { next(): Promise<IteratorResult<JobEvent, Result>> }

interface Question<Result> {
  queryKey: QueryKey
  /** False where there is nothing to ask yet. */
  enabled: boolean
  ask(signal: AbortSignal): Promise<Events<Result>>
  /** How long an answer is kept when nobody shows it; as all queries where absent. */
  gcTime?: number
}

export function useStreamed<Result>({ queryKey, enabled, ask, ...how }: Question<Result>): Streamed<Result> {
  const key = JSON.stringify(queryKey)
  const [stopped, setStopped] = useState<string | null>(null)
  const [howFar, setHowFar] = useState<HowFar>({ done: 0, total: 0, secondsLeft: null })
  const { data, error, isFetching, refetch } = useQuery({
    queryKey,
    enabled: enabled && stopped !== key,
    queryFn: async ({ signal }) => follow(await ask(signal), setHowFar),
    staleTime: Number.POSITIVE_INFINITY,
    ...how,
  })
  return {
    data,
    error,
    howFar: isFetching ? howFar : null,
    isStopped: stopped === key,
    stop() {
      setStopped(key)
      void queries.cancelQueries({ queryKey })
    },
    start() {
      if (stopped === key) setStopped(null)
      else void refetch()
    },
  }
}

async function follow<Result>(events: Events<Result>, hear: (howFar: HowFar) => void): Promise<Result> {
  const began = performance.now()
  hear({ done: 0, total: 0, secondsLeft: null })
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
    if (next.value.type !== 'progress') continue
    const { done, total } = next.value
    const elapsed = (performance.now() - began) / 1000
    hear({ done, total, secondsLeft: done > 0 ? (elapsed / done) * (total - done) : null })
  }
}
