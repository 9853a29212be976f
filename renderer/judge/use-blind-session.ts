/** The state of a blind session: the pair to judge, and what can be done with it. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { EvaluationRecord } from '../../electron/contract/judge.ts'
import { host } from '../app/connection.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { saving } from '../app/saved.ts'
import { keepReason, reasonOf } from './blind-reasons.ts'

export type Vote = 'left' | 'tie' | 'right' | 'skip'
export type BlindPair = NonNullable<Awaited<ReturnType<typeof host.judge.next>>>

export interface BlindSession {
  /** Undefined while it loads; null once every pair is judged or the session was stopped. */
  pair: BlindPair | null | undefined
  error: unknown
  /** Of a vote, an undo or a stop. */
  actionError: unknown
  /** Why the verdict on this pair, as typed so far. */
  reason: string
  setReason(reason: string): void
  vote(vote: Vote): void
  undo(): void
  /** Leaves; the session can be continued. */
  pause(): void
  /** Finishes with the verdicts so far. */
  stop(): void
  reload(): void
}

export function useBlindSession(evaluation: string): BlindSession {
  const project = useProject()
  const [, change] = usePlace()
  const [isStopped, setStopped] = useState(false)
  const queryKey = ['blind', project, evaluation]
  const next = useQuery({
    queryKey,
    queryFn: () => host.judge.next({ project, evaluation }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const pair = isStopped ? null : next.data
  const reload = () => queries.invalidateQueries({ queryKey })
  const remember = (record: ChangedRecord) => rememberRecord(project, record)
  const elapsedMs = useClock(pair?.pairId)
  const [reason, setReason] = useReason(evaluation, pair?.pairId)
  const voting = useMutation({
    mutationFn: ({ pairId, answer }: { pairId: string; answer: Vote }) =>
      saving(() => host.judge.vote({ project, evaluation, pairId, answer, reason, elapsedMs: elapsedMs() })),
    onSuccess: ({ judged, finished }) => remember(finished ?? { id: evaluation, judged }),
    onSettled: reload,
  })
  const undoing = useMutation({
    mutationFn: () => saving(() => host.judge.undo({ project, evaluation })),
    onSuccess: ({ judged }) => {
      remember({ id: evaluation, judged })
      void reload()
    },
  })
  const stopping = useMutation({
    mutationFn: () => host.judge.stopBlind({ project, evaluation }),
    onSuccess: (record) => {
      remember(record)
      setStopped(true)
    },
  })
  const isBusy = voting.isPending || undoing.isPending || next.isFetching
  return {
    pair,
    error: next.error,
    actionError: voting.error ?? undoing.error ?? stopping.error,
    reason,
    setReason,
    vote: (answer) => pair && !isBusy && voting.mutate({ pairId: pair.pairId, answer }),
    undo: () => pair && pair.judged > 0 && !isBusy && undoing.mutate(),
    stop: () => stopping.mutate(),
    pause: () => change({ blind: undefined }),
    reload: () => void reload(),
  }
}

type ChangedRecord = Pick<EvaluationRecord, 'id' | 'judged'> & Partial<EvaluationRecord>

/** The list would show a session as it was before its last verdicts: unfinished, or with fewer pairs judged. */
function rememberRecord(project: string, changed: ChangedRecord): void {
  const queryKey = ['evaluations', project]
  queries.setQueryData<EvaluationRecord[]>(queryKey, (list) =>
    list?.map((record) => (record.id === changed.id ? { ...record, ...changed } : record)),
  )
  void queries.invalidateQueries({ queryKey })
  void queries.invalidateQueries({ queryKey: ['evaluation', project, changed.id] })
}

/** @returns how long the pair has been on the screen */
function useClock(pairId: string | undefined): () => number {
  const shownAt = useRef(performance.now())
  // biome-ignore lint/correctness/useExhaustiveDependencies: the clock starts with each pair
  useEffect(() => {
    shownAt.current = performance.now()
  }, [pairId])
  return () => performance.now() - shownAt.current
}

function useReason(evaluation: string, pairId = ''): [string, (reason: string) => void] {
  const [typed, setTyped] = useState({ pairId, reason: reasonOf(evaluation, pairId) })
  const reason = typed.pairId === pairId ? typed.reason : reasonOf(evaluation, pairId)
  return [
    reason,
    (reason) => {
      keepReason(evaluation, pairId, reason)
      setTyped({ pairId, reason })
    },
  ]
}
