/** A request whose answer takes a while: its progress, the time left, and how to stop it. Leaving the view stops it too. */
import { type QueryKey, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { JobEvent } from '../../electron/contract/events.ts'
import { queries } from './queries.ts'

export interface StreamedProgress {
  done: number
  total: number
  /** Null while the pace is unknown. */
  secondsLeft: number | null
}

export interface Streamed<Result> {
  data: Result | undefined
  error: Error | null
  /** Null while no request is running. */
  progress: StreamedProgress | null
  isStopped: boolean
  stop(): void
  start(): void
}

type Events<Result> = { next(): Promise<IteratorResult<JobEvent, Result>> }

interface Request<Result> {
  queryKey: QueryKey
  /** False while there is nothing to ask yet. */
  enabled: boolean
  ask(signal: AbortSignal): Promise<Events<Result>>
  /** How long an unused answer is cached, in ms; as for all queries if omitted. */
  gcTime?: number
}

export function useStreamed<Result>({
  queryKey,
  enabled,
  ask,
  ...options
}: Request<Result>): Streamed<Result> {
  const key = JSON.stringify(queryKey)
  const [stopped, setStopped] = useState<string | null>(null)
  const [progress, setProgress] = useState<StreamedProgress>(unknownProgress)
  const { data, error, isFetching, refetch } = useQuery({
    queryKey,
    enabled: enabled && stopped !== key,
    queryFn: async ({ signal }) => resultOf(await ask(signal), setProgress),
    staleTime: Number.POSITIVE_INFINITY,
    ...options,
  })
  return {
    data,
    error,
    progress: isFetching ? progress : null,
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

const unknownProgress: StreamedProgress = { done: 0, total: 0, secondsLeft: null }

/** Reads the events to their end. @returns the result that ends them */
async function resultOf<Result>(
  events: Events<Result>,
  onProgress: (progress: StreamedProgress) => void,
): Promise<Result> {
  const startedAt = performance.now()
  onProgress(unknownProgress)
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
    if (next.value.type !== 'progress') continue
    const { done, total } = next.value
    const elapsed = (performance.now() - startedAt) / 1000
    onProgress({ done, total, secondsLeft: done > 0 ? (elapsed / done) * (total - done) : null })
  }
}
